import { wait } from '@sluice/client/wait';
import type { Clock } from '@sluice/kernel/clock';
import type { Offset } from '@sluice/kernel/ids';
import type { KafkaLog } from '../../kafka/kafka-log.ts';
import { isClosing, type ShardState, type StreamState, shardOf } from '../registry/stream-state.ts';
import type { Streams } from '../registry/streams.ts';
import { routerOf } from '../shards/router.ts';
import { logRecordOf, type PutEntry } from './record-mapping.ts';

/** How long puts wait for shards that are being closed, and for a way through several such in a row. */
const PUT_TIMEOUT_MS = 20_000;

/** Below Kafka's default for `max.message.bytes`. */
const FOREIGN_BATCH_SIZE_BYTES_MAX = 1_000_000;
/** Key, headers and framing of a record, at most. */
const RECORD_OVERHEAD_SIZE_BYTES = 1_200;

export type PutOutcome =
  | { readonly kind: 'put'; readonly shard: ShardState; readonly offset: Offset }
  /** It is not known whether the record is in the log; it may be put again. */
  | { readonly kind: 'failed'; readonly error: unknown };

/** The stream went away, or its topic was made anew, while records were put. */
export class StreamGoneError extends Error {
  override readonly name = 'StreamGoneError';
}

export interface Putter {
  /** One outcome for each entry, in order. Fails with `StreamGoneError` when none of them can be in the stream. */
  put(state: StreamState, entries: readonly PutEntry[]): Promise<readonly PutOutcome[]>;
}

interface Written {
  readonly index: number;
  readonly shard: ShardState;
  readonly offset: Offset;
}

/** Told of what was written where: those who wait for a partition's records need not ask, and load is counted. */
export type OnAppended = (topic: string, partition: number, recordCount: number, sizeBytes: number) => void;

/**
 * Puts records into the shards of their hash keys. Another door may close a shard at any time, so where a record belongs is
 * known only afterwards: by a read of the registry that began once the record was written. If the shard's end does not
 * lie behind the record, it is put again, to the child.
 */
export function createPutter(log: KafkaLog, streams: Streams, clock: Clock, onAppended: OnAppended): Putter {
  async function put(first: StreamState, entries: readonly PutEntry[]): Promise<readonly PutOutcome[]> {
    const outcomes = new Array<PutOutcome | undefined>(entries.length);
    const startMs = clock.monotonicMs();
    let left = entries.map((_, index) => index);
    let state = first;
    while (left.length > 0) {
      const { written, failed, held } = await writeAll(state, entries, left);
      for (const [index, error] of failed) outcomes[index] = { kind: 'failed', error };
      state = await settledState(first, [...written.map(({ shard }) => shard), ...held.map(({ shard }) => shard)]);
      left = held.map(({ index }) => index);
      for (const each of written) {
        const shard = shardOf(state, each.shard.index);
        // A shard that is not known any more was closed so long ago that its records are gone.
        const isIn = shard !== undefined && (shard.closed === undefined || each.offset < shard.closed.endOffset);
        if (isIn) outcomes[each.index] = { kind: 'put', shard: each.shard, offset: each.offset };
        else left.push(each.index);
      }
      left.sort((a, b) => a - b);
      if (left.length > 0 && clock.monotonicMs() - startMs > PUT_TIMEOUT_MS) {
        const error = new Error('the shards were closed again and again');
        for (const index of left) outcomes[index] = { kind: 'failed', error };
        break;
      }
      if (left.length > 0 && state === first) await wait(clock, 1);
    }
    return outcomes.map((outcome) => outcome ?? { kind: 'failed', error: new Error('no outcome') });
  }

  async function writeAll(state: StreamState, entries: readonly PutEntry[], left: readonly number[]) {
    const router = routerOf(state);
    const groups = new Map<ShardState, number[]>();
    const held: { index: number; shard: ShardState }[] = [];
    const failed = new Map<number, unknown>();
    for (const index of left) {
      const entry = entries[index];
      const shard = entry === undefined ? undefined : router(entry.hashKey);
      if (shard === undefined) failed.set(index, new Error('no shard has the hash key'));
      else if (isClosing(state, shard)) held.push({ index, shard });
      else if (groups.get(shard)?.push(index) === undefined) groups.set(shard, [index]);
    }
    const written: Written[] = [];
    const batches = [...groups].flatMap(([shard, indexes]) =>
      inBatches(state, entries, indexes).map((batch) => ({ shard, batch })),
    );
    // Appends to one partition keep the order of the calls.
    await Promise.all(
      batches.map(async ({ shard, batch }) => {
        try {
          const own = batch.flatMap((index) => entries[index] ?? []);
          const baseOffset = await log.append(state.name, shard.index, own.map(logRecordOf));
          const sizeBytes = own.reduce((sum, { data }) => sum + data.length, 0);
          onAppended(state.name, shard.index, own.length, sizeBytes);
          for (const [at, index] of batch.entries()) written.push({ index, shard, offset: baseOffset + at });
        } catch (error) {
          for (const index of batch) failed.set(index, error);
        }
      }),
    );
    return { written, failed, held };
  }

  /** The state that says where the shards end: as of now, and none of them just about to be closed. */
  async function settledState(before: StreamState, shards: readonly ShardState[]): Promise<StreamState> {
    const isSettled = (state: StreamState | undefined) =>
      state === undefined || !shards.some((shard) => isClosing(state, shardOf(state, shard.index) ?? shard));
    const state = await streams.until(before.name, isSettled, PUT_TIMEOUT_MS);
    if (state === undefined || state.topicId !== before.topicId || state.status === 'DELETING') {
      throw new StreamGoneError('the stream is gone');
    }
    if (!isSettled(state)) throw new Error('a shard is being closed, and whoever does it has not ended it in time');
    return state;
  }

  return { put };
}

/** A topic that a door made takes any request as one batch; others have Kafka's limits. */
function inBatches(
  { isOwnTopic }: StreamState,
  entries: readonly PutEntry[],
  indexes: readonly number[],
): readonly (readonly number[])[] {
  if (isOwnTopic) return [indexes];
  const batches: number[][] = [];
  let sizeBytes = Number.POSITIVE_INFINITY;
  for (const index of indexes) {
    const entry = entries[index];
    const ownSizeBytes = RECORD_OVERHEAD_SIZE_BYTES + (entry?.data.length ?? 0);
    sizeBytes += ownSizeBytes;
    if (sizeBytes > FOREIGN_BATCH_SIZE_BYTES_MAX) {
      batches.push([]);
      sizeBytes = ownSizeBytes;
    }
    batches.at(-1)?.push(index);
  }
  return batches;
}
