import assert, { AssertionError } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Shard } from './generated/types.ts';
import { type ChurnResult, churn, type Seen } from './testing/churn.ts';

const SEEDS = 6;
const CANARY_SEEDS = 8;

describe('records under splits, merges and doors that die', () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    it(`are neither lost nor doubled nor out of order within a hash key, seed ${seed}`, async () => {
      const result = await churn(seed);
      assert(result.reshardCount > 3 && result.killCount > 0, 'something happened');
      check(result);
      assert.deepEqual(result.afterCompaction, result.beforeCompaction);
    });
  }

  it('canary: doors that are shown an old end of the registry are found out', async () => {
    for (let seed = 1; seed <= CANARY_SEEDS; seed++) {
      const result = await churn(seed, { lie: true });
      try {
        check(result);
      } catch (error) {
        assert(error instanceof AssertionError);
        return;
      }
    }
    assert.fail('the checks notice nothing');
  });
});

function check({ acknowledged, live, later, shards }: ChurnResult): void {
  for (const seen of [live, later]) {
    for (const [key, values] of acknowledged) checkKey(key, values, seen);
    checkNumbers(seen, shards);
  }
}

/** The consumer drains parents before their children: what it sees of a key must be in the order of the puts. */
function checkKey(key: string, acknowledged: readonly number[], seen: readonly Seen[]): void {
  const values = seen.filter((each) => each.key === key).map(({ value }) => value);
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
