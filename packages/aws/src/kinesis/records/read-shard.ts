import type { Offset, TimestampMs } from '@sluice/kernel/ids';
import type { BatchRecord } from '@sluice/protocol/records/record';
import { EARLIEST_TIMESTAMP, type KafkaLog, LATEST_TIMESTAMP } from '../../kafka/kafka-log.ts';
import { isClosing, type ShardState, type StreamState, shardOf } from '../registry/stream-state.ts';
import type { Streams } from '../registry/streams.ts';

/** What one GetRecords brings at most. */
export const READ_RECORDS_MAX = 10_000;
export const READ_SIZE_BYTES_MAX = 10 * 1024 * 1024;
/** Few records are asked for with less: a fetch brings at least a batch. */
const READ_SIZE_BYTES_MIN = 64 * 1024;
const RECORD_SIZE_BYTES_GUESS = 16 * 1024;
/** How long a shard that is being closed may take. */
const CLOSING_TIMEOUT_MS = 20_000;

export interface ShardSlice {
  /** As of the read: later than the records. */
  readonly state: StreamState;
  readonly shard: ShardState;
  readonly records: readonly BatchRecord[];
  readonly nextOffset: Offset;
  /** The shard is closed, and all of it was read. */
  readonly isAtEnd: boolean;
  readonly millisBehindLatest: number;
}

export interface ShardReader {
  /** Undefined if the stream or the shard is gone meanwhile, or is another of the same name. */
  read(
    state: StreamState,
    shard: ShardState,
    offset: Offset,
    limit: number,
    now: TimestampMs,
    sizeBytesMax?: number,
  ): Promise<ShardSlice | undefined>;
  /** The offset at which reading begins: of the first record that is kept, behind the last one, or from a time on. */
  position(
    state: StreamState,
    shard: ShardState,
    where: 'earliest' | 'latest' | { readonly timestampMs: TimestampMs },
  ): Promise<Offset | undefined>;
}

/** Reads shards. Where a shard ends is looked up after its records were read, so that none behind its end is shown. */
export function createShardReader(log: KafkaLog, streams: Streams): ShardReader {
  /** The shard as of now, with its end, if it is being closed. */
  async function settled(before: StreamState, { index, generation }: ShardState) {
    const isSettled = (state: StreamState | undefined) => {
      const shard = state === undefined ? undefined : shardOf(state, index);
      return state === undefined || shard === undefined || !isClosing(state, shard);
    };
    const state = await streams.until(before.name, isSettled, CLOSING_TIMEOUT_MS);
    const shard = state === undefined ? undefined : shardOf(state, index);
    if (state === undefined || shard === undefined || shard.generation !== generation) return undefined;
    if (!isSettled(state)) throw new Error('a shard is being closed, and whoever does it has not ended it in time');
    return { state, shard };
  }

  async function fetch(topic: string, { index }: ShardState, offset: Offset, sizeBytesMax: number) {
    let from = offset;
    for (;;) {
      const result = await log.read(topic, index, from, { sizeBytesMax });
      if (result.kind === 'records') return result;
      const [earliest = 0] = await log.offsets(topic, [index], EARLIEST_TIMESTAMP);
      const [latest = 0] = await log.offsets(topic, [index], LATEST_TIMESTAMP);
      // What retention has removed meanwhile is skipped; an end that went back was an unclean election's.
      from = Math.min(Math.max(from, earliest), latest);
    }
  }

  return {
    async read(before, asked, offset, limit, now, sizeBytesMax = READ_SIZE_BYTES_MAX) {
      const end = asked.closed?.endOffset;
      if (end !== undefined && offset >= end) {
        return { state: before, shard: asked, records: [], nextOffset: end, isAtEnd: true, millisBehindLatest: 0 };
      }
      const wantedSizeBytes = Math.max(limit * RECORD_SIZE_BYTES_GUESS, READ_SIZE_BYTES_MIN);
      const fetched = await fetch(before.name, asked, offset, Math.min(wantedSizeBytes, sizeBytesMax));
      const current = await settled(before, asked);
      if (current === undefined) return undefined;
      const { state, shard } = current;
      const endOffset = shard.closed?.endOffset ?? Number.POSITIVE_INFINITY;
      const inside =
        fetched.nextOffset <= endOffset
          ? fetched.records
          : fetched.records.filter((record) => record.offset < endOffset);
      const records = cut(inside, limit, sizeBytesMax);
      const last = records.at(-1);
      const isCut = records.length < inside.length;
      const nextOffset = isCut && last !== undefined ? last.offset + 1 : Math.min(fetched.nextOffset, endOffset);
      const isBehind = nextOffset < Math.min(fetched.endOffset, endOffset);
      const millisBehindLatest = isBehind && last !== undefined ? Math.max(1, now - last.timestampMs) : 0;
      return { state, shard, records, nextOffset, isAtEnd: nextOffset >= endOffset, millisBehindLatest };
    },

    async position(before, asked, where) {
      const [offset = -1] = await log.offsets(before.name, [asked.index], timestampOf(where));
      const found = offset >= 0 ? offset : ((await log.offsets(before.name, [asked.index], LATEST_TIMESTAMP))[0] ?? 0);
      const current = await settled(before, asked);
      return current === undefined ? undefined : Math.min(found, current.shard.closed?.endOffset ?? found);
    },
  };
}

function timestampOf(where: 'earliest' | 'latest' | { readonly timestampMs: TimestampMs }): TimestampMs {
  if (where === 'earliest') return EARLIEST_TIMESTAMP;
  return where === 'latest' ? LATEST_TIMESTAMP : where.timestampMs;
}

/** As many as one answer holds, at least one. */
function cut(records: readonly BatchRecord[], limit: number, sizeBytesMax: number): readonly BatchRecord[] {
  let sizeBytes = 0;
  let count = 0;
  for (const { key, value } of records) {
    sizeBytes += (key?.length ?? 0) + (value?.length ?? 0);
    if (count >= limit || (count > 0 && sizeBytes > sizeBytesMax)) return records.slice(0, count);
    count++;
  }
  return records;
}
