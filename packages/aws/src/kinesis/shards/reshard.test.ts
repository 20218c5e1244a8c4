import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { openShards, type StreamState } from '../registry/stream-state.ts';
import { createdStream, reshaped, updating } from '../registry/transitions.ts';
import { HASH_KEY_COUNT, hashKeyOf, numberOfHashKey } from './hash-key.ts';
import { nextRound } from './reshard.ts';
import { routerOf } from './router.ts';

const NOW = 1_700_000_000_000;

function resharded(state: StreamState, targetCount: number): StreamState {
  const round = nextRound(state, targetCount);
  let current = round.length === 0 ? state : updating(state, round, 'door', NOW, targetCount);
  for (let count = 0; current.change !== null; count++) {
    assert(count < 40, 'it ends');
    const parents = current.change.replaced.flatMap((each) => each.parents);
    current = reshaped(current, new Map(parents.map((parent) => [parent, 5])), NOW);
  }
  return current;
}

const sorted = (state: StreamState) =>
  [...openShards(state)].sort((a, b) => (BigInt(a.startHash) < BigInt(b.startHash) ? -1 : 1));

describe('resharding', () => {
  it('ends with even shards that cover every hash key once, of two parents at most', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 }),
        (first, targets) => {
          let state = createdStream({ name: 's', shardCount: first, mode: 'PROVISIONED' }, 'door', NOW);
          for (const target of targets) {
            state = resharded(state, target);
            const open = sorted(state);
            assert.equal(open.length, target);
            let next = 0n;
            for (const { startHash, endHash } of open) {
              assert.equal(BigInt(startHash), next);
              next = BigInt(endHash) + 1n;
            }
            assert.equal(next, HASH_KEY_COUNT);
            assert(
              open.every(
                ({ startHash }, index) => BigInt(startHash) === (HASH_KEY_COUNT / BigInt(target)) * BigInt(index),
              ),
            );
          }
          for (const { parent, generation } of state.shards) {
            const above = state.shards.find(({ index }) => index === parent);
            if (above !== undefined) assert(generation > above.generation);
          }
          assert.deepEqual(
            state.shards.map(({ index }) => index),
            state.shards.map((_, index) => index),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it('leaves every hash key to the shard whose range has it', () => {
    const hash = fc.bigInt({ min: 0n, max: HASH_KEY_COUNT - 1n });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), hash, (count, key) => {
        const state = createdStream({ name: 's', shardCount: count, mode: 'PROVISIONED' }, 'door', NOW);
        const shard = routerOf(state)(hashKeyOf(key));
        assert(shard !== undefined && BigInt(shard.startHash) <= key && key <= BigInt(shard.endHash));
        assert.equal(numberOfHashKey(hashKeyOf(key)), key);
      }),
    );
  });
});
