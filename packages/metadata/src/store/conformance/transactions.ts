import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type OpenStore, put, rejectsWith, remove } from './harness.ts';

export function describeTransactions(open: OpenStore): void {
  it('applies all of a transaction at one revision', async () => {
    const store = await open();
    const { revision } = await store.txn({
      compare: [],
      success: [
        { kind: 'put', key: 'a', value: '1' },
        { kind: 'put', key: 'b', value: '2' },
      ],
    });
    const { kvs } = await store.range('');
    assert.deepEqual(
      kvs.map((kv) => kv.modRevision),
      [revision, revision],
    );
  });

  it('applies the failure side when a compare does not hold', async () => {
    const store = await open();
    await put(store, 'a', '1');
    const result = await store.txn({
      compare: [{ key: 'a', value: '2' }],
      success: [{ kind: 'put', key: 'a', value: 'won' }],
      failure: [{ kind: 'put', key: 'b', value: 'lost' }],
    });
    assert.equal(result.succeeded, false);
    assert.equal((await store.get('a')).kv?.value, '1');
    assert.equal((await store.get('b')).kv?.value, 'lost');
  });

  it('compares create revision, mod revision, version and value', async () => {
    const store = await open();
    await put(store, 'x', '0');
    const createRevision = await put(store, 'a', '1');
    const modRevision = await put(store, 'a', '2');
    const right = { key: 'a', createRevision, modRevision, version: 2, value: '2' };
    const wrong = { createRevision: 99, modRevision: createRevision, version: 1, value: '1' };
    assert.equal((await store.txn({ compare: [right], success: [] })).succeeded, true);
    for (const [name, value] of Object.entries(wrong)) {
      const compare = [{ ...right, [name]: value }];
      assert.equal((await store.txn({ compare, success: [] })).succeeded, false, name);
    }
  });

  it('takes a missing key for revision and version 0, and for no value', async () => {
    const store = await open();
    const missing = [{ key: 'a', createRevision: 0, modRevision: 0, version: 0 }];
    assert.equal((await store.txn({ compare: missing, success: [] })).succeeded, true);
    assert.equal((await store.txn({ compare: [{ key: 'a', value: '' }], success: [] })).succeeded, false);
    await put(store, 'a', '');
    assert.equal((await store.txn({ compare: missing, success: [] })).succeeded, false);
  });

  it('does not move the revision when nothing changes', async () => {
    const store = await open();
    const revision = await put(store, 'a', '1');
    assert.equal(await remove(store, 'missing'), revision);
    assert.equal((await store.txn({ compare: [], success: [] })).revision, revision);
    assert.equal((await store.range('')).revision, revision);
  });

  it('deletes a prefix and nothing beside it', async () => {
    const store = await open();
    for (const key of ['t', 't/1', 't/2', 't0', 'u']) await put(store, key, key);
    await store.txn({ compare: [], success: [{ kind: 'delete-prefix', prefix: 't/' }] });
    assert.deepEqual(
      (await store.range('')).kvs.map((kv) => kv.key),
      ['t', 't0', 'u'],
    );
  });

  it('refuses to touch a key twice, and changes nothing then', async () => {
    const store = await open();
    const twice = { kind: 'put', key: 'a/1', value: '1' } as const;
    for (const other of [
      twice,
      { kind: 'delete', key: 'a/1' },
      { kind: 'delete-prefix', prefix: 'a/' },
      { kind: 'delete-prefix', prefix: '' },
    ] as const) {
      await rejectsWith('invalid', store.txn({ compare: [], success: [twice, other] }));
      await rejectsWith('invalid', store.txn({ compare: [], success: [], failure: [other, twice] }));
    }
    assert.equal((await store.range('')).revision, 0);
  });

  it('refuses an empty key', async () => {
    const store = await open();
    await rejectsWith('invalid', put(store, '', '1'));
  });

  it('answers nothing after it was closed', async () => {
    const store = await open();
    await store.close();
    await rejectsWith('closed', store.get('a'));
    await rejectsWith('closed', put(store, 'a', '1'));
    await rejectsWith('closed', store.grantLease(1_000));
    await store.close();
  });
}
