import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type OpenStore, put, rejectsWith } from './harness.ts';

export function describeLimits(open: OpenStore): void {
  const ops = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ kind: 'put', key: `k${index}`, value: '' }) as const);

  it('takes as many operations as it says, and not one more', async () => {
    const store = await open();
    const { txnOpsMax } = store.limits;
    await rejectsWith('limit', store.txn({ compare: [], success: ops(txnOpsMax + 1) }));
    assert.equal((await store.range('')).kvs.length, 0);
    await store.txn({ compare: [], success: ops(txnOpsMax) });
    assert.equal((await store.range('')).kvs.length, txnOpsMax);
  });

  it('takes a value as large as it says, and not one byte more', async () => {
    const store = await open();
    const { valueSizeBytesMax } = store.limits;
    await rejectsWith('limit', put(store, 'a', 'x'.repeat(valueSizeBytesMax + 1)));
    await rejectsWith('limit', put(store, 'a', 'é'.repeat(Math.floor(valueSizeBytesMax / 2) + 1)));
    await put(store, 'a', 'x'.repeat(valueSizeBytesMax));
    assert.equal((await store.get('a')).kv?.value.length, valueSizeBytesMax);
  });

  it('takes a key as large as it says, and not one byte more', async () => {
    const store = await open();
    const { keySizeBytesMax } = store.limits;
    await rejectsWith('limit', put(store, 'k'.repeat(keySizeBytesMax + 1), ''));
    await put(store, 'k'.repeat(keySizeBytesMax), '');
  });

  it('takes a transaction as large as it says, and not one byte more', async () => {
    const store = await open();
    const { txnSizeBytesMax, valueSizeBytesMax } = store.limits;
    const pieces = (total: number) => {
      const puts = [];
      for (let left = total; left > 0; ) {
        const key: string = `k${puts.length.toString().padStart(4, '0')}`;
        const value = 'x'.repeat(Math.min(valueSizeBytesMax, left - key.length));
        puts.push({ kind: 'put', key, value } as const);
        left -= key.length + value.length;
      }
      return puts;
    };
    await rejectsWith('limit', store.txn({ compare: [{ key: 'z', version: 0 }], success: pieces(txnSizeBytesMax) }));
    await store.txn({ compare: [], success: pieces(txnSizeBytesMax) });
  });
}
