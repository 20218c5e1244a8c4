import { ZERO_UUID } from '@sluice/kernel/ids';
import type { OffsetCommitKeyInput } from '@sluice/protocol/generated/records/group/offset-commit-key';
import { offsetCommitKeyCodec } from '@sluice/protocol/generated/records/group/offset-commit-key';
import type { OffsetCommitValueInput } from '@sluice/protocol/generated/records/group/offset-commit-value';
import { offsetCommitValueCodec } from '@sluice/protocol/generated/records/group/offset-commit-value';
import { Writer } from '@sluice/protocol/writer';

/** What Kafka 4.3 writes. */
const VALUE_VERSION = 4;
/** The only one that holds an expiry: retention times of OffsetCommit v2 to v4. */
const VALUE_WITH_EXPIRY_VERSION = 1;
const KEY_VERSION = 0;

const PARTITION_SIZE_BYTES = 4;
/** Where the numbers stand in a value of version 4, behind the version. */
const OFFSET_AT = 2;
const LEADER_EPOCH_AT = 10;
/** From the end, where the metadata and a topic id as the one tagged field are in front: the commit's time. */
const TIME_BEFORE_END = 27;

const ARENA_SIZE_BYTES = 64 * 1024;
const TWO_32 = 2 ** 32;

/**
 * Bytes of offset commits: as the generated codecs write them (a test compares), but what one partition has in common
 * with the next one of the same request (group, topic, metadata, topic id) is copied. These records are by far the most.
 */
export function createOffsetCommitBytes() {
  let arena: Buffer = Buffer.alloc(0);
  let arenaUsed = 0;
  let lastKey: OffsetCommitKeyInput | undefined;
  let lastKeyBytes: Buffer = Buffer.alloc(0);
  let lastValue: OffsetCommitValueInput | undefined;
  let lastValueBytes: Buffer = Buffer.alloc(0);

  /** Many small pieces of one buffer; it lives as long as the last of them. */
  function copyOf(bytes: Buffer): Buffer {
    if (arenaUsed + bytes.length > arena.length) {
      arena = Buffer.allocUnsafeSlow(Math.max(ARENA_SIZE_BYTES, bytes.length));
      arenaUsed = 0;
    }
    const copy = arena.subarray(arenaUsed, arenaUsed + bytes.length);
    arenaUsed += bytes.length;
    copy.set(bytes);
    return copy;
  }

  return {
    key(key: OffsetCommitKeyInput): Buffer {
      if (lastKey?.group !== key.group || lastKey.topic !== key.topic) {
        lastKeyBytes = keyBytes(key);
        lastKey = key;
      }
      const bytes = copyOf(lastKeyBytes);
      putInt32(bytes, bytes.length - PARTITION_SIZE_BYTES, key.partition);
      return bytes;
    },
    value(value: OffsetCommitValueInput): Buffer {
      const hasExpiry = (value.expireTimestamp ?? -1) !== -1;
      const topicId = value.topicId ?? ZERO_UUID;
      if (hasExpiry || topicId === ZERO_UUID || (value.unknownTaggedFields?.length ?? 0) > 0) {
        return valueBytes(value, hasExpiry ? VALUE_WITH_EXPIRY_VERSION : VALUE_VERSION);
      }
      if (lastValue?.metadata !== value.metadata || lastValue.topicId !== topicId) {
        lastValueBytes = valueBytes(value, VALUE_VERSION);
        lastValue = value;
      }
      const bytes = copyOf(lastValueBytes);
      putInt64(bytes, OFFSET_AT, value.offset);
      putInt32(bytes, LEADER_EPOCH_AT, value.leaderEpoch ?? -1);
      putInt64(bytes, bytes.length - TIME_BEFORE_END, value.commitTimestamp);
      return bytes;
    },
  };
}

function keyBytes(key: OffsetCommitKeyInput): Buffer {
  const writer = new Writer();
  writer.int16(offsetCommitKeyCodec.apiKey ?? 0);
  offsetCommitKeyCodec.encode(writer, key, KEY_VERSION);
  return Buffer.concat(writer.finish());
}

function valueBytes(value: OffsetCommitValueInput, version: number): Buffer {
  const writer = new Writer();
  writer.int16(version);
  offsetCommitValueCodec.encode(writer, value, version);
  return Buffer.concat(writer.finish());
}

function putInt32(bytes: Buffer, at: number, value: number): void {
  if (value !== (value | 0)) throw new RangeError(`${value} is no int32`);
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

function putInt64(bytes: Buffer, at: number, value: number): void {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is no int64 within ±(2^53−1)`);
  putInt32(bytes, at, Math.floor(value / TWO_32) | 0);
  putInt32(bytes, at + 4, value | 0);
}
