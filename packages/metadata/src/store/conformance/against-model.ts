import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { compareKeys } from '../key-order.ts';
import { type MetadataStore, StoreError, type StoreErrorTag } from '../metadata-store.ts';
import { failOnEnd, type OpenStore, put } from './harness.ts';
import { modelStore, storeCommand } from './model.ts';

export function describeModel(open: OpenStore): void {
  it('does what the model does, and its watch replays to the same keys', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(storeCommand, { maxLength: 40 }), fc.nat(20), async (commands, watchFrom) => {
        const store = await open();
        const model = modelStore();
        const replayed = new Map<string, string>();
        const seen: number[] = [];
        for (const [index, command] of commands.entries()) {
          if (index === watchFrom) startReplay(store, replayed, seen);
          assert.deepEqual(await outcome(store.txn(command)), model.txn(command));
          assert.deepEqual(await store.range(''), model.range(''));
          assert.deepEqual(await store.range('a'), model.range('a'));
        }
        if (watchFrom >= commands.length) startReplay(store, replayed, seen);
        const marker = await put(store, 'zz', 'end');
        while (!replayed.has('zz')) await new Promise<void>((resolve) => setImmediate(resolve));
        const { kvs } = await store.range('');
        assert.deepEqual(new Map([...replayed].toSorted(byKey)), new Map(kvs.map((kv) => [kv.key, kv.value])));
        assert.deepEqual(
          seen,
          [...new Set(seen)].toSorted((a, b) => a - b),
        );
        assert.equal(seen.at(-1), marker);
        await store.close();
      }),
      { numRuns: 60 },
    );
  });
}

function startReplay(store: MetadataStore, keys: Map<string, string>, revisions: number[]): void {
  store.watch(
    '',
    1,
    (batch) => {
      revisions.push(batch.revision);
      for (const event of batch.events) {
        if (event.kind === 'put') keys.set(event.kv.key, event.kv.value);
        else keys.delete(event.key);
      }
    },
    failOnEnd,
  );
}

async function outcome<T>(action: Promise<T>): Promise<T | StoreErrorTag> {
  try {
    return await action;
  } catch (error) {
    if (error instanceof StoreError) return error.tag;
    throw error;
  }
}

function byKey(a: [string, string], b: [string, string]): number {
  return compareKeys(a[0], b[0]);
}
