import type { SharedRecord } from '../../kafka/share-groups.ts';
import { isClosing, type StreamState, shardOf } from '../registry/stream-state.ts';
import type { Streams } from '../registry/streams.ts';
import { recordIdOf } from './record-id.ts';

/** How long a shard that is being closed may take. */
const CLOSING_TIMEOUT_MS = 20_000;

/**
 * The records that belong to the stream, by their ids: not what lies behind a closed shard's end, which stands a second time
 * in its child. Where shards end is looked up after the records were read.
 */
export async function recordsOfStream(
  streams: Streams,
  { name, topicId }: StreamState,
  records: readonly SharedRecord[],
): Promise<ReadonlyMap<string, SharedRecord>> {
  const partitions = new Set(records.map(({ partition }) => partition));
  const isSettled = (state: StreamState | undefined) =>
    state === undefined || !state.shards.some((shard) => partitions.has(shard.index) && isClosing(state, shard));
  const state = await streams.until(name, isSettled, CLOSING_TIMEOUT_MS);
  if (!isSettled(state)) throw new Error('a shard is being closed, and whoever does it has not ended it in time');
  const found = new Map<string, SharedRecord>();
  for (const each of records) {
    const shard = state === undefined ? undefined : shardOf(state, each.partition);
    if (shard === undefined || each.topicId !== topicId) continue;
    const { offset } = each.record;
    if (shard.closed !== undefined && offset >= shard.closed.endOffset) continue;
    found.set(recordIdOf({ shard: shard.index, generation: shard.generation, offset }), each);
  }
  return found;
}
