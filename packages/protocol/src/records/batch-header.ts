import { type Codec, codecOfId } from '../compression/codec.ts';
import { putInt64 } from '../int64.ts';
import { crc32c } from './crc32c.ts';
import { readInt64 } from './int64.ts';

/*
 * The magic-2 batch header (KIP-98), 61 bytes, big-endian:
 *
 *   0 baseOffset int64            21 attributes int16         51 producerEpoch int16
 *   8 batchLength int32           23 lastOffsetDelta int32    53 baseSequence int32
 *  12 partitionLeaderEpoch int32  27 baseTimestamp int64      57 recordCount int32
 *  16 magic int8                  35 maxTimestamp int64       61 records
 *  17 crc uint32                  43 producerId int64
 *
 * batchLength counts from 12 on; the CRC-32C covers everything from 21 on, so a broker may set the base offset and the
 * leader epoch without computing it again.
 */
const BASE_OFFSET = 0;
const BATCH_LENGTH = 8;
const PARTITION_LEADER_EPOCH = 12;
const MAGIC = 16;
const CRC = 17;
const ATTRIBUTES = 21;
const LAST_OFFSET_DELTA = 23;
const BASE_TIMESTAMP = 27;
const MAX_TIMESTAMP = 35;
const PRODUCER_ID = 43;
const PRODUCER_EPOCH = 51;
const BASE_SEQUENCE = 53;
const RECORD_COUNT = 57;

export const BATCH_HEADER_SIZE_BYTES = 61;
/** baseOffset and batchLength: what batchLength does not count. */
export const BATCH_OVERHEAD_SIZE_BYTES = 12;
/** Enough of a batch to know its length and its magic, for every magic. */
export const HEADER_UP_TO_MAGIC_SIZE_BYTES = 17;
export const CURRENT_MAGIC = 2;

export const NO_PRODUCER_ID = -1;
export const NO_PRODUCER_EPOCH = -1;
export const NO_SEQUENCE = -1;
export const NO_TIMESTAMP = -1;
export const NO_LEADER_EPOCH = -1;

export const CODEC_MASK = 0x07;
const TIMESTAMP_TYPE_BIT = 0x08;
const TRANSACTIONAL_BIT = 0x10;
const CONTROL_BIT = 0x20;
const DELETE_HORIZON_BIT = 0x40;

export type TimestampType = 'CreateTime' | 'LogAppendTime';

export function baseOffset(buffer: Buffer, position: number): number {
  return readInt64(buffer, position + BASE_OFFSET);
}

/** As written: the whole batch is 12 bytes longer. */
export function batchLength(buffer: Buffer, position: number): number {
  return buffer.readInt32BE(position + BATCH_LENGTH);
}

/** The whole batch with its header. */
export function batchSizeBytes(buffer: Buffer, position: number): number {
  return buffer.readInt32BE(position + BATCH_LENGTH) + BATCH_OVERHEAD_SIZE_BYTES;
}

export function partitionLeaderEpoch(buffer: Buffer, position: number): number {
  return buffer.readInt32BE(position + PARTITION_LEADER_EPOCH);
}

export function magic(buffer: Buffer, position: number): number {
  return buffer.readInt8(position + MAGIC);
}

/** The CRC as the batch states it. */
export function crc(buffer: Buffer, position: number): number {
  return buffer.readUInt32BE(position + CRC);
}

export function attributes(buffer: Buffer, position: number): number {
  return buffer.readInt16BE(position + ATTRIBUTES);
}

/** `undefined` for the ids 5 to 7, which no codec has. */
export function codec(buffer: Buffer, position: number): Codec | undefined {
  return codecOfId(buffer.readInt16BE(position + ATTRIBUTES) & CODEC_MASK);
}

/** 0 is uncompressed; 5 to 7 are no codec's. */
export function codecId(buffer: Buffer, position: number): number {
  return buffer.readInt16BE(position + ATTRIBUTES) & CODEC_MASK;
}

export function timestampType(buffer: Buffer, position: number): TimestampType {
  return hasAttribute(buffer, position, TIMESTAMP_TYPE_BIT) ? 'LogAppendTime' : 'CreateTime';
}

export function isTransactional(buffer: Buffer, position: number): boolean {
  return hasAttribute(buffer, position, TRANSACTIONAL_BIT);
}

export function isControlBatch(buffer: Buffer, position: number): boolean {
  return hasAttribute(buffer, position, CONTROL_BIT);
}

/** Whether `baseTimestamp` is the time from which compaction may drop the batch's tombstones (KIP-534). */
export function hasDeleteHorizon(buffer: Buffer, position: number): boolean {
  return hasAttribute(buffer, position, DELETE_HORIZON_BIT);
}

export function lastOffsetDelta(buffer: Buffer, position: number): number {
  return buffer.readInt32BE(position + LAST_OFFSET_DELTA);
}

export function lastOffset(buffer: Buffer, position: number): number {
  return baseOffset(buffer, position) + lastOffsetDelta(buffer, position);
}

/** Record timestamps are deltas to it. */
export function baseTimestamp(buffer: Buffer, position: number): number {
  return readInt64(buffer, position + BASE_TIMESTAMP);
}

export function maxTimestamp(buffer: Buffer, position: number): number {
  return readInt64(buffer, position + MAX_TIMESTAMP);
}

export function producerId(buffer: Buffer, position: number): number {
  return readInt64(buffer, position + PRODUCER_ID);
}

export function producerEpoch(buffer: Buffer, position: number): number {
  return buffer.readInt16BE(position + PRODUCER_EPOCH);
}

export function baseSequence(buffer: Buffer, position: number): number {
  return buffer.readInt32BE(position + BASE_SEQUENCE);
}

/** −1 for a batch without sequences; wraps to 0 after 2^31−1, as producers count. */
export function lastSequence(buffer: Buffer, position: number): number {
  return sequenceAfter(baseSequence(buffer, position), lastOffsetDelta(buffer, position));
}

/** `sequence` advanced by `count`; −1 stays −1. */
export function sequenceAfter(sequence: number, count: number): number {
  return sequence === NO_SEQUENCE ? NO_SEQUENCE : (sequence + count) % 2 ** 31;
}

export function recordCount(buffer: Buffer, position: number): number {
  return buffer.readInt32BE(position + RECORD_COUNT);
}

/** Outside the CRC. */
export function setBaseOffset(buffer: Buffer, position: number, offset: number): void {
  putInt64(buffer, position + BASE_OFFSET, offset);
}

/** Outside the CRC, but the CRC then covers other bytes. */
export function setBatchLength(buffer: Buffer, position: number, length: number): void {
  buffer.writeInt32BE(length, position + BATCH_LENGTH);
}

/** Outside the CRC. */
export function setPartitionLeaderEpoch(buffer: Buffer, position: number, leaderEpoch: number): void {
  buffer.writeInt32BE(leaderEpoch, position + PARTITION_LEADER_EPOCH);
}

/** The CRC-32C that the batch at `position` should have; the batch must be whole. */
export function computeCrc(buffer: Buffer, position: number): number {
  return crc32c(buffer, position + ATTRIBUTES, position + batchSizeBytes(buffer, position));
}

export function isCrcValid(buffer: Buffer, position: number): boolean {
  return computeCrc(buffer, position) === crc(buffer, position);
}

/** Fields under the CRC that a broker rewrites; what is left out stays. */
export interface HeaderPatch {
  readonly attributes?: number;
  readonly baseTimestampMs?: number;
  readonly maxTimestampMs?: number;
}

/** Rewrites fields under the CRC, then the CRC. */
export function patchUnderCrc(buffer: Buffer, position: number, patch: HeaderPatch): void {
  if (patch.attributes !== undefined) buffer.writeInt16BE(patch.attributes, position + ATTRIBUTES);
  if (patch.baseTimestampMs !== undefined) putInt64(buffer, position + BASE_TIMESTAMP, patch.baseTimestampMs);
  if (patch.maxTimestampMs !== undefined) putInt64(buffer, position + MAX_TIMESTAMP, patch.maxTimestampMs);
  buffer.writeUInt32BE(computeCrc(buffer, position), position + CRC);
}

/** What a topic with `message.timestamp.type=LogAppendTime` does to a batch; record deltas stay as they are. */
export function stampLogAppendTime(buffer: Buffer, position: number, nowMs: number): void {
  patchUnderCrc(buffer, position, {
    attributes: attributes(buffer, position) | TIMESTAMP_TYPE_BIT,
    maxTimestampMs: nowMs,
  });
}

export interface AttributeFlags {
  readonly codecId: number;
  readonly timestampType: TimestampType;
  readonly isTransactional: boolean;
  readonly isControlBatch: boolean;
  readonly hasDeleteHorizon: boolean;
}

export function attributesOf(flags: AttributeFlags): number {
  return (
    flags.codecId |
    (flags.timestampType === 'LogAppendTime' ? TIMESTAMP_TYPE_BIT : 0) |
    (flags.isTransactional ? TRANSACTIONAL_BIT : 0) |
    (flags.isControlBatch ? CONTROL_BIT : 0) |
    (flags.hasDeleteHorizon ? DELETE_HORIZON_BIT : 0)
  );
}

export interface BatchHeader {
  readonly baseOffset: number;
  readonly partitionLeaderEpoch: number;
  readonly attributes: number;
  readonly lastOffsetDelta: number;
  readonly baseTimestampMs: number;
  readonly maxTimestampMs: number;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly recordCount: number;
}

/** Writes the header in front of the payload that already ends at `end`, and the CRC over both. */
export function writeHeader(buffer: Buffer, position: number, end: number, header: BatchHeader): void {
  putInt64(buffer, position + BASE_OFFSET, header.baseOffset);
  buffer.writeInt32BE(end - position - BATCH_OVERHEAD_SIZE_BYTES, position + BATCH_LENGTH);
  buffer.writeInt32BE(header.partitionLeaderEpoch, position + PARTITION_LEADER_EPOCH);
  buffer.writeInt8(CURRENT_MAGIC, position + MAGIC);
  buffer.writeInt32BE(header.lastOffsetDelta, position + LAST_OFFSET_DELTA);
  putInt64(buffer, position + PRODUCER_ID, header.producerId);
  buffer.writeInt16BE(header.producerEpoch, position + PRODUCER_EPOCH);
  buffer.writeInt32BE(header.baseSequence, position + BASE_SEQUENCE);
  buffer.writeInt32BE(header.recordCount, position + RECORD_COUNT);
  patchUnderCrc(buffer, position, header);
}

function hasAttribute(buffer: Buffer, position: number, bit: number): boolean {
  return (buffer.readInt16BE(position + ATTRIBUTES) & bit) !== 0;
}
