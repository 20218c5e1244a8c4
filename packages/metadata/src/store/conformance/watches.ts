import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { EventBatch, MetadataStore, StoreEvent, WatchEnd } from '../metadata-store.ts';
import { type ConformanceHarness, failOnEnd, type OpenStore, put, remove } from './harness.ts';

export function describeWatches(open: OpenStore, harness: ConformanceHarness): void {
  /** A watch that collects; `upTo` settles once it has seen the revision. */
  function collect(store: MetadataStore, prefix: string, fromRevision: number) {
    const batches: EventBatch[] = [];
    const ends: WatchEnd[] = [];
    const waiting = new Set<() => void>();
    const wake = () => {
      for (const check of waiting) check();
    };
    const watch = store.watch(
      prefix,
      fromRevision,
      (batch) => {
        batches.push(batch);
        wake();
      },
      (end) => {
        ends.push(end);
        wake();
      },
    );
    const until = (condition: () => boolean) =>
      new Promise<void>((resolve) => {
        const check = () => {
          if (!condition()) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      });
    const upTo = (revision: number) => until(() => (batches.at(-1)?.revision ?? 0) >= revision);
    return { batches, ends, watch, upTo, ended: () => until(() => ends.length > 0) };
  }

  it('tells what comes and what came, each revision once and in order', async () => {
    const store = await open();
    await put(store, 'p/a', '1');
    await put(store, 'q/a', '1');
    await store.txn({
      compare: [],
      success: [
        { kind: 'put', key: 'p/b', value: '2' },
        { kind: 'put', key: 'q/b', value: '2' },
        { kind: 'delete', key: 'p/a' },
      ],
    });
    const past = collect(store, 'p/', 1);
    const present = collect(store, 'p/', 4);
    await put(store, 'p/c', '3');
    await put(store, 'q/c', '3');
    await remove(store, 'p/c');
    await past.upTo(6);
    await present.upTo(6);
    const told = (batch: EventBatch): [number, string[]] => [batch.revision, batch.events.map(label)];
    assert.deepEqual(past.batches.map(told), [
      [1, ['+p/a=1']],
      [3, ['-p/a', '+p/b=2']],
      [4, ['+p/c=3']],
      [6, ['-p/c']],
    ]);
    assert.deepEqual(present.batches.map(told), [
      [4, ['+p/c=3']],
      [6, ['-p/c']],
    ]);
  });

  it('carries the whole key-value of a put', async () => {
    const store = await open();
    await put(store, 'a', '1');
    const revision = await put(store, 'a', '2');
    const { batches, upTo } = collect(store, '', 1);
    await upTo(revision);
    const last = batches.at(-1)?.events[0];
    assert.deepEqual(last, { kind: 'put', kv: (await store.get('a')).kv });
  });

  it('says nothing before a revision that is still to come', async () => {
    const store = await open();
    const { batches, upTo } = collect(store, '', 3);
    for (const key of ['a', 'b', 'c']) await put(store, key, '');
    await upTo(3);
    assert.deepEqual(
      batches.map((batch) => batch.revision),
      [3],
    );
  });

  it('calls nobody inside the call that changed something', async () => {
    const store = await open();
    let inside = false;
    let told = 0;
    const seen = Promise.withResolvers<void>();
    store.watch(
      '',
      1,
      () => {
        assert.equal(inside, false);
        told += 1;
        if (told === 2) seen.resolve();
      },
      failOnEnd,
    );
    for (const key of ['a', 'b']) {
      inside = true;
      const done = put(store, key, '');
      inside = false;
      await done;
    }
    await seen.promise;
  });

  it('is silent after it was cancelled', async () => {
    const store = await open();
    await put(store, 'a', '');
    const cancelled = collect(store, '', 1);
    cancelled.watch.cancel();
    const other = collect(store, '', 1);
    await other.upTo(1);
    assert.deepEqual(cancelled.batches, []);
  });

  it('can be cancelled by its own callback', async () => {
    const store = await open();
    for (const key of ['a', 'b', 'c']) await put(store, key, '');
    const revisions: number[] = [];
    const watch = store.watch(
      '',
      1,
      (batch) => {
        revisions.push(batch.revision);
        watch.cancel();
      },
      failOnEnd,
    );
    await collect(store, '', 1).upTo(3);
    assert.deepEqual(revisions, [1]);
  });

  it('ends as compacted when it starts in what is forgotten, and works from the oldest revision on', async () => {
    const store = await open();
    for (const key of ['a', 'b', 'c']) await put(store, key, '');
    await harness.compact(store);
    const { revision } = await store.range('');
    const late = collect(store, '', 1);
    await late.ended();
    const [end] = late.ends;
    assert.equal(end?.kind, 'compacted');
    assert.deepEqual(late.batches, []);
    assert.ok(end.oldestRevision > 1 && end.oldestRevision <= revision + 1);
    const again = collect(store, '', end.oldestRevision);
    const last = await put(store, 'd', '');
    await again.upTo(last);
    assert.deepEqual(
      again.batches.map((batch) => batch.revision),
      Array.from({ length: last - end.oldestRevision + 1 }, (_, index) => end.oldestRevision + index),
    );
  });
}

function label(event: StoreEvent): string {
  return event.kind === 'put' ? `+${event.kv.key}=${event.kv.value}` : `-${event.key}`;
}
