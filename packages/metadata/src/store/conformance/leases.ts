import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { EventBatch, MetadataStore } from '../metadata-store.ts';
import { type ConformanceHarness, failOnEnd, type OpenStore, put, rejectsWith } from './harness.ts';

export function describeLeases(open: OpenStore, harness: ConformanceHarness): void {
  const putLeased = (store: MetadataStore, key: string, lease: string) =>
    store.txn({ compare: [], success: [{ kind: 'put', key, value: '', lease }] });

  it('drops the keys of a lease when it ends, all at one revision', async () => {
    const store = await open();
    const lease = await store.grantLease(10_000);
    await putLeased(store, 'a', lease);
    await putLeased(store, 'b', lease);
    await put(store, 'c', '');
    const seen: EventBatch[] = [];
    const { revision } = await store.range('');
    store.watch('', revision + 1, (batch) => seen.push(batch), failOnEnd);
    await harness.advance(9_000);
    assert.equal((await store.range('')).kvs.length, 3);
    await harness.advance(2_000);
    assert.deepEqual(
      (await store.range('')).kvs.map((kv) => kv.key),
      ['c'],
    );
    assert.deepEqual(seen, [
      {
        kind: 'events',
        revision: revision + 1,
        events: [
          { kind: 'delete', key: 'a' },
          { kind: 'delete', key: 'b' },
        ],
      },
    ]);
    assert.equal(await store.keepAliveLease(lease), false);
  });

  it('keeps a lease for its time again after each keep-alive', async () => {
    const store = await open();
    const lease = await store.grantLease(10_000);
    await putLeased(store, 'a', lease);
    for (let round = 0; round < 3; round += 1) {
      await harness.advance(8_000);
      assert.equal(await store.keepAliveLease(lease), true);
    }
    assert.equal((await store.get('a')).kv?.lease, lease);
    await harness.advance(11_000);
    assert.equal((await store.get('a')).kv, undefined);
  });

  it('drops the keys of a revoked lease at once, and takes a second revoke', async () => {
    const store = await open();
    const lease = await store.grantLease(10_000);
    await putLeased(store, 'a', lease);
    await store.revokeLease(lease);
    assert.equal((await store.get('a')).kv, undefined);
    await store.revokeLease(lease);
    await rejectsWith('lease-not-found', putLeased(store, 'b', lease));
    assert.equal((await store.get('b')).kv, undefined);
  });

  it('lets a later put take a key off its lease, or to another', async () => {
    const store = await open();
    const first = await store.grantLease(10_000);
    const second = await store.grantLease(60_000);
    for (const key of ['a', 'b', 'c']) await putLeased(store, key, first);
    await put(store, 'a', 'mine');
    await putLeased(store, 'b', second);
    await store.revokeLease(first);
    assert.deepEqual(
      (await store.range('')).kvs.map((kv) => kv.key),
      ['a', 'b'],
    );
    await store.revokeLease(second);
    assert.deepEqual(
      (await store.range('')).kvs.map((kv) => kv.key),
      ['a'],
    );
  });
}
