import assert from 'node:assert/strict';
import type { Shard } from '../generated/types.ts';

/** A record as a consumer saw it. */
export interface Seen {
  readonly key: string;
  readonly value: number;
  readonly shardId: string;
  readonly sequenceNumber: bigint;
}

/**
 * What a consumer that drains parents before their children saw of a stream (I26): within a hash key all that was
 * acknowledged, in the order of the puts and nothing twice; sequence numbers that rise within a shard and over generations.
 */
export function checkOrder(
  seen: readonly Seen[],
  acknowledged: ReadonlyMap<string, readonly number[]>,
  shards: readonly Shard[],
): void {
  const byKey = Map.groupBy(seen, ({ key }) => key);
  for (const [key, values] of acknowledged) checkKey(key, values, byKey.get(key) ?? []);
  checkNumbers(seen, shards);
}

function checkKey(key: string, acknowledged: readonly number[], seen: readonly Seen[]): void {
  const values = seen.map(({ value }) => value);
  for (const [index, value] of values.entries()) {
    if (index > 0) assert(value > (values[index - 1] ?? 0), `${key}: ${value} is doubled or out of order`);
  }
  const there = new Set(values);
  for (const value of acknowledged) assert(there.has(value), `${key}: ${value} was acknowledged and is lost`);
}

function checkNumbers(seen: readonly Seen[], shards: readonly Shard[]): void {
  const lasts = new Map<string, bigint>();
  const firsts = new Map<string, bigint>();
  for (const { shardId, sequenceNumber } of seen) {
    const last = lasts.get(shardId);
    assert(last === undefined || sequenceNumber > last, `${shardId}: sequence numbers rise`);
    lasts.set(shardId, sequenceNumber);
    if (last === undefined) firsts.set(shardId, sequenceNumber);
    assert.equal(sequenceNumber.toString().length, 56);
  }
  for (const { ShardId, ParentShardId, AdjacentParentShardId, SequenceNumberRange } of shards) {
    const { StartingSequenceNumber, EndingSequenceNumber } = SequenceNumberRange;
    const [first, last] = [firsts.get(ShardId), lasts.get(ShardId)];
    if (first !== undefined) assert(first > BigInt(StartingSequenceNumber));
    if (last !== undefined && EndingSequenceNumber !== undefined) assert(last < BigInt(EndingSequenceNumber));
    for (const parent of [ParentShardId, AdjacentParentShardId]) {
      const ending = shards.find((each) => each.ShardId === parent)?.SequenceNumberRange.EndingSequenceNumber;
      if (ending !== undefined) assert(BigInt(StartingSequenceNumber) > BigInt(ending), 'children come behind parents');
    }
  }
}
