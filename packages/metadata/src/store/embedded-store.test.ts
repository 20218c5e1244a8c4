import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, it } from 'node:test';
import { realDisk } from '@sluice/kernel/real/disk';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { describeMetadataStore } from './conformance.ts';
import { EMBEDDED_STORE_LIMITS, openEmbeddedStore } from './embedded-store.ts';
import { type MetadataStore, StoreError, type StoreErrorTag } from './metadata-store.ts';

const clock = createSimClock();
const directory = mkdtempSync(join(tmpdir(), 'sluice-metadata-'));
after(() => rmSync(directory, { recursive: true }));
let files = 0;
function newFile(): string {
  files += 1;
  return join(directory, `metadata-${files}.db`);
}

describeMetadataStore('embedded, in memory, at its own limits', {
  open: async () => openEmbeddedStore({ path: ':memory:', clock, historyEventCountMax: 100 }),
  advance: (ms) => clock.advance(ms),
  compact: churn,
});

describeMetadataStore('embedded, in a file that the disk syncs, brought into the database again and again', {
  open: async () =>
    openEmbeddedStore({ path: newFile(), clock, disk: realDisk, walSizeBytesMax: 8192, historyEventCountMax: 100 }),
  advance: (ms) => clock.advance(ms),
  compact: churn,
});

describeMetadataStore("embedded, in a file, at etcd's limits", {
  open: async () =>
    openEmbeddedStore({
      path: newFile(),
      clock,
      historyEventCountMax: 100,
      limits: { ...EMBEDDED_STORE_LIMITS, txnOpsMax: 128, txnSizeBytesMax: 1536 * 1024 },
    }),
  advance: (ms) => clock.advance(ms),
  compact: churn,
});

/** Enough revisions that the first ones are forgotten. */
async function churn(store: MetadataStore): Promise<void> {
  for (let round = 0; round < 200; round += 1) {
    await store.txn({ compare: [], success: [{ kind: 'put', key: 'churn', value: round.toString() }] });
  }
}

function put(key: string, value: string, lease?: string) {
  const leased = lease === undefined ? {} : { lease };
  return { compare: [], success: [{ kind: 'put', key, value, ...leased } as const] };
}

function tagged(tag: StoreErrorTag) {
  return (error: unknown) => error instanceof StoreError && error.tag === tag;
}

describe('embedded store in a file', () => {
  it('has everything again after it was closed', async () => {
    const path = newFile();
    const first = openEmbeddedStore({ path, clock });
    await first.txn(put('a', '1'));
    await first.txn(put('b', '2'));
    const before = await first.range('');
    await first.close();
    const second = openEmbeddedStore({ path, clock });
    assert.deepEqual(await second.range(''), before);
    const next = await second.txn(put('c', '3'));
    assert.equal(next.revision, before.revision + 1);
    await second.close();
  });

  it('has every answered transaction in its files before it answers', async () => {
    const path = newFile();
    const store = openEmbeddedStore({ path, clock });
    for (let round = 1; round <= 5; round += 1) {
      await store.txn(put('a', round.toString()));
      // What another process would find if this one were killed now.
      const copy = newFile();
      cpSync(path, copy);
      cpSync(`${path}-wal`, `${copy}-wal`);
      const found = openEmbeddedStore({ path: copy, clock });
      assert.equal((await found.get('a')).kv?.value, round.toString());
      await found.close();
    }
    await store.close();
  });

  it('drops what was under a lease when it opens again, as one revision', async () => {
    const path = newFile();
    const first = openEmbeddedStore({ path, clock });
    const lease = await first.grantLease(60_000);
    await first.txn(put('live/1', '', lease));
    await first.txn(put('live/2', '', lease));
    await first.txn(put('kept', ''));
    await first.close();
    const second = openEmbeddedStore({ path, clock });
    const { revision, kvs } = await second.range('');
    assert.deepEqual(
      kvs.map((kv) => kv.key),
      ['kept'],
    );
    assert.equal(revision, 4);
    assert.equal(await second.keepAliveLease(lease), false);
    await second.close();
  });

  it('is busy while another holds it', async () => {
    const path = newFile();
    const store = openEmbeddedStore({ path, clock });
    assert.throws(() => openEmbeddedStore({ path, clock }), tagged('busy'));
    await store.close();
    await openEmbeddedStore({ path, clock }).close();
  });

  it('refuses a file of a newer version and one that is not ours', () => {
    const newer = newFile();
    void openEmbeddedStore({ path: newer, clock }).close();
    withDatabase(newer, 'PRAGMA user_version = 99');
    assert.throws(() => openEmbeddedStore({ path: newer, clock }), tagged('newer-version'));
    const foreign = newFile();
    withDatabase(foreign, 'CREATE TABLE songs (title TEXT)');
    assert.throws(() => openEmbeddedStore({ path: foreign, clock }), tagged('corrupt'));
    const text = newFile();
    writeFileSync(text, 'this is no database, and long enough that it cannot be taken for an empty one. '.repeat(20));
    assert.throws(() => openEmbeddedStore({ path: text, clock }), tagged('corrupt'));
  });

  it('says where it cannot be made', () => {
    assert.throws(() => openEmbeddedStore({ path: join(directory, 'missing', 'm.db'), clock }), tagged('unavailable'));
  });

  it('notices a row that is changed or gone behind its back', () => {
    for (const damage of [
      "UPDATE kv SET value = '3' WHERE key = 'b'",
      "DELETE FROM kv WHERE key = 'b'",
      'UPDATE state SET revision = 1',
      'DELETE FROM state',
    ]) {
      const path = smallFile();
      withDatabase(path, damage);
      assert.throws(() => openEmbeddedStore({ path, clock }), tagged('corrupt'), damage);
    }
  });

  it('never serves other values after any one byte of the file was flipped', async () => {
    const path = smallFile();
    const content = readFileSync(path);
    const expected = await keysIn(path);
    let noticed = 0;
    for (let at = 0; at < content.length; at += at < 128 ? 1 : 29) {
      const damaged = newFile();
      const copy = Buffer.from(content);
      copy.writeUInt8((copy.readUInt8(at) ^ 0x10) & 0xff, at);
      writeFileSync(damaged, copy);
      const found = await keysIn(damaged);
      if (found instanceof StoreError) noticed += 1;
      else assert.deepEqual(found, expected, `byte ${at}`);
      rmSync(damaged);
    }
    assert.ok(noticed > 0);
  });
});

function smallFile(): string {
  const path = newFile();
  const store = openEmbeddedStore({ path, clock });
  for (const key of ['a', 'b', 'c']) void store.txn(put(key, `value of ${key}`));
  void store.close();
  return path;
}

async function keysIn(path: string): Promise<unknown> {
  try {
    const store = openEmbeddedStore({ path, clock });
    const { kvs } = await store.range('');
    await store.close();
    return kvs.map((kv) => [kv.key, kv.value]);
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
}

function withDatabase(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}
