import { openShards, type ShardState, type StreamState } from '../registry/stream-state.ts';
import { type HashKey, hashKeyOf } from './hash-key.ts';

/** Finds the open shard of a hash key. */
export type Router = (key: HashKey) => ShardState | undefined;

/** Routers are kept as long as the state that they were made of. */
const routers = new WeakMap<StreamState, Router>();

export function routerOf(state: StreamState): Router {
  const known = routers.get(state);
  if (known !== undefined) return known;
  const router = createRouter(openShards(state));
  routers.set(state, router);
  return router;
}

function createRouter(open: readonly ShardState[]): Router {
  const sorted = open
    .map((shard) => ({ shard, start: hashKeyOf(BigInt(shard.startHash)) }))
    .sort((a, b) => (a.start < b.start ? -1 : 1));
  return (key) => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const range = sorted[middle];
      if (range !== undefined && range.start <= key) low = middle + 1;
      else high = middle;
    }
    return sorted[low - 1]?.shard;
  };
}
