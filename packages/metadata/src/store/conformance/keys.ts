import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type OpenStore, put, remove } from './harness.ts';

export function describeKeys(open: OpenStore): void {
  it('starts empty at revision 0', async () => {
    const store = await open();
    assert.deepEqual(await store.range(''), { revision: 0, kvs: [] });
    assert.deepEqual(await store.get('a'), { revision: 0, kv: undefined });
  });

  it('keeps the create revision, the mod revision and the version of a key', async () => {
    const store = await open();
    const first = await put(store, 'a', '1');
    await put(store, 'b', '1');
    const second = await put(store, 'a', '2');
    assert.deepEqual((await store.get('a')).kv, {
      key: 'a',
      value: '2',
      createRevision: first,
      modRevision: second,
      version: 2,
      lease: undefined,
    });
  });

  it('starts a key anew after its deletion', async () => {
    const store = await open();
    await put(store, 'a', '1');
    await remove(store, 'a');
    assert.equal((await store.get('a')).kv, undefined);
    const revision = await put(store, 'a', '2');
    const { kv } = await store.get('a');
    assert.equal(kv?.createRevision, revision);
    assert.equal(kv?.version, 1);
  });

  it('orders keys by their UTF-8 bytes and takes prefixes literally', async () => {
    const store = await open();
    const keys = ['a', 'a%b', 'a/', 'a/\u{10ffff}', 'a/b', 'a_b', 'b', '\ud7ff', '\ue000', '\u{1f600}'];
    for (const key of keys) await put(store, key, key);
    const all = (await store.range('')).kvs.map((kv) => kv.key);
    assert.deepEqual(
      all,
      keys.toSorted((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y))),
    );
    const under = (await store.range('a/')).kvs.map((kv) => kv.key);
    assert.deepEqual(under, ['a/', 'a/b', 'a/\u{10ffff}']);
    assert.deepEqual(
      (await store.range('\ud7ff')).kvs.map((kv) => kv.key),
      ['\ud7ff'],
    );
  });
}
