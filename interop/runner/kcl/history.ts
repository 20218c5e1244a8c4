import assert from 'node:assert/strict';

/** What a worker tells; `instance` is one life of a lease in that worker. */
export type WorkerEvent =
  | { readonly kind: 'begins'; readonly instance: number; readonly shardId: string; readonly after: string }
  | {
      readonly kind: 'record';
      readonly instance: number;
      readonly key: string;
      readonly value: number;
      readonly isAggregated: boolean;
    }
  | { readonly kind: 'ended' | 'lost'; readonly instance: number }
  | { readonly kind: 'over' };

/** A shard as the stream lists it in the end. */
export interface ListedShard {
  readonly shardId: string;
  readonly parents: readonly string[];
  readonly isClosed: boolean;
}

/** A worker's processing of a shard, from the lease's beginning to its loss, the shard's end or the worker's death. */
interface Life {
  readonly worker: string;
  readonly shardId: string;
  readonly lasts: Map<string, number>;
  isOver: boolean;
}

export interface History {
  add(worker: string, event: WorkerEvent): void;
  /** The worker was killed: its leases' lives are over. */
  bury(worker: string): void;
  /** The shards that the worker processes now. */
  held(worker: string): readonly string[];
  readonly begun: ReadonlySet<string>;
  readonly ended: ReadonlySet<string>;
  /** Workers that have had a lease of the shard. */
  workersOf(shardId: string): ReadonlySet<string>;
  /** How many values of the key were seen, without those that were seen again. */
  seenCount(key: string): number;
  readonly counts: { readonly records: number; readonly again: number; readonly aggregated: number };
  /** Throws unless all of `written` (values from 0 on, by key) and every shard's end was seen, parents before children. */
  check(written: ReadonlyMap<string, number>, shards: readonly ListedShard[]): void;
}

/**
 * What the workers of a KCL application did. They may do records again after a crash, from the last checkpoint on, and
 * nothing else: a life of a lease sees a key's values one by one, and none begins behind what was seen before.
 */
export function createHistory(): History {
  const lives = new Map<string, Life>();
  const seen = new Map<string, number>();
  const counts = { records: 0, again: 0, aggregated: 0 };
  const begun = new Set<string>();
  const ended = new Set<string>();
  const workers = new Map<string, Set<string>>();
  /** Which shards had ended when a shard was begun. */
  const endedBefore: { readonly shardId: string; readonly ended: ReadonlySet<string> }[] = [];

  function begin(worker: string, instance: number, shardId: string): void {
    lives.set(`${worker} ${instance}`, { worker, shardId, lasts: new Map(), isOver: false });
    begun.add(shardId);
    endedBefore.push({ shardId, ended: new Set(ended) });
    workers.set(shardId, (workers.get(shardId) ?? new Set()).add(worker));
  }

  function lifeOf(worker: string, instance: number): Life {
    const life = lives.get(`${worker} ${instance}`);
    assert(life !== undefined, `${worker} tells of a lease that it did not begin`);
    return life;
  }

  function see({ worker, shardId, lasts }: Life, key: string, value: number): void {
    const before = lasts.get(key);
    const known = seen.get(key) ?? 0;
    if (before !== undefined) assert.equal(value, before + 1, `${worker}, ${shardId}: ${key} after ${before}`);
    assert(value <= known, `${worker}, ${shardId}: ${key} has come to ${value}, but ${known} was not seen`);
    lasts.set(key, value);
    counts.records++;
    if (value < known) counts.again++;
    else seen.set(key, value + 1);
  }

  return {
    add(worker, event) {
      switch (event.kind) {
        case 'begins':
          return begin(worker, event.instance, event.shardId);
        case 'record':
          if (event.isAggregated) counts.aggregated++;
          return see(lifeOf(worker, event.instance), event.key, event.value);
        case 'ended':
        case 'lost': {
          const life = lifeOf(worker, event.instance);
          life.isOver = true;
          if (event.kind === 'ended') ended.add(life.shardId);
          return;
        }
        case 'over':
          return;
      }
    },
    bury(worker) {
      for (const life of lives.values()) if (life.worker === worker) life.isOver = true;
    },
    held: (worker) =>
      [...lives.values()].filter((life) => life.worker === worker && !life.isOver).map((life) => life.shardId),
    begun,
    ended,
    workersOf: (shardId) => workers.get(shardId) ?? new Set(),
    seenCount: (key) => seen.get(key) ?? 0,
    counts,
    check(written, shards) {
      assert.deepEqual(new Map([...seen].sort()), new Map([...written].sort()), 'values seen, by key');
      for (const { shardId, isClosed } of shards) {
        assert(begun.has(shardId), `${shardId} was never begun`);
        assert.equal(ended.has(shardId), isClosed, `${shardId}: its end was reached`);
      }
      for (const { shardId, ended: before } of endedBefore) {
        const shard = shards.find((each) => each.shardId === shardId);
        assert(shard !== undefined, `${shardId} is no shard of the stream`);
        for (const parent of shard.parents)
          assert(before.has(parent), `${shardId} was begun before ${parent} had ended`);
      }
    },
  };
}
