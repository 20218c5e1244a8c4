import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { DiskError, type DiskFile } from '@sluice/kernel/disk';
import { realDisk } from '@sluice/kernel/real/disk';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { createSimRandom, type SimRandom } from '@sluice/kernel/sim/random';
import { openEmbeddedStore } from './embedded-store.ts';
import { type MetadataStore, type Revision, StoreError } from './metadata-store.ts';
import type { SyncingDisk } from './sqlite-sync.ts';

const clock = createSimClock();
const directory = mkdtempSync(join(tmpdir(), 'sluice-metadata-sync-'));
after(() => rmSync(directory, { recursive: true }));
let files = 0;
const newFile = () => join(directory, `metadata-${files++}.db`);

const SECTOR_SIZE_BYTES = 512;
/** Three pages of the database: checkpoints come every few transactions. */
const WAL_SIZE_BYTES_MAX = 3 * 4096;

/** The real disk, with `sync` before each sync of a file. */
function diskThat(sync: (path: string) => Promise<void>): SyncingDisk {
  return {
    syncDirectory: (path) => realDisk.syncDirectory(path),
    async open(path, mode): Promise<DiskFile> {
      const file = await realDisk.open(path, mode);
      return {
        path,
        read: (target, position) => file.read(target, position),
        writev: (buffers, position) => file.writev(buffers, position),
        truncate: (sizeBytes) => file.truncate(sizeBytes),
        size: () => file.size(),
        close: () => file.close(),
        async sync() {
          await sync(path);
          await file.sync();
        },
      };
    },
  };
}

function put(key: string, value: string) {
  return { compare: [], success: [{ kind: 'put', key, value } as const] };
}

async function contentOf(store: MetadataStore): Promise<{ revision: Revision; content: string }> {
  const { revision, kvs } = await store.range('');
  return { revision, content: JSON.stringify(kvs.map((kv) => [kv.key, kv.value])) };
}

describe('a metadata store on a disk that takes its time', () => {
  it('tells nobody of a transaction before it is synced', async () => {
    const held = Promise.withResolvers<void>();
    let isSlow = false;
    const disk = diskThat(() => (isSlow ? held.promise : Promise.resolve()));
    const store = openEmbeddedStore({ path: newFile(), clock, disk });
    await store.txn(put('a', '1'));
    isSlow = true;
    const told: string[] = [];
    const written = store.txn(put('a', '2')).then(() => told.push('txn'));
    const read = store.get('a').then(({ kv }) => told.push(`get ${kv?.value}`));
    const watch = store.watch(
      '',
      1,
      (batch) => told.push(`revision ${batch.revision}`),
      () => assert.fail(),
    );
    // The event loop turns meanwhile.
    for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(told, ['revision 1']);
    held.resolve();
    await Promise.all([written, read]);
    assert.deepEqual(told, ['revision 1', 'revision 2', 'txn', 'get 2']);
    watch.cancel();
    await store.close();
  });

  it('is of no use once a sync has failed', async () => {
    let isBroken = false;
    const disk = diskThat(async (path) => {
      if (isBroken) throw new DiskError('io', path, 'EIO');
    });
    const store = openEmbeddedStore({ path: newFile(), clock, disk });
    await store.txn(put('a', '1'));
    const ended = new Promise((resolve) => store.watch('', 1, () => {}, resolve));
    isBroken = true;
    const isUnavailable = (error: unknown) => error instanceof StoreError && error.tag === 'unavailable';
    await assert.rejects(store.txn(put('a', '2')), isUnavailable);
    isBroken = false;
    await assert.rejects(store.txn(put('a', '3')), isUnavailable);
    await assert.rejects(store.get('a'), isUnavailable);
    assert.equal(((await ended) as { kind: string }).kind, 'failed');
    await store.close();
  });
});

describe('a metadata store whose power is cut', () => {
  it('has every transaction that was answered, whatever of the rest reached the disk', async () => {
    for (let seed = 1; seed <= 3; seed++) await cutThePowerAtEverySync(seed);
  });
});

/** At each sync: what is synced stays, of what is not any sectors may have come. */
async function cutThePowerAtEverySync(seed: number): Promise<void> {
  const random = createSimRandom(seed);
  const path = newFile();
  const names = [path, `${path}-wal`];
  const synced = new Map<string, Buffer>();
  const contents = new Map<Revision, string>();
  const images: { acknowledged: Revision; content: (Buffer | undefined)[] }[] = [];
  let acknowledged = 0;
  const now = (name: string) => (existsSync(name) ? readFileSync(name) : undefined);

  const disk = diskThat(async (name) => {
    for (let variant = 0; variant < 3; variant++) {
      images.push({ acknowledged, content: names.map((each) => afterPowerCut(synced.get(each), now(each), random)) });
    }
    synced.set(name, readFileSync(name));
  });
  const store = openEmbeddedStore({ path, clock, disk, walSizeBytesMax: WAL_SIZE_BYTES_MAX });
  for (const name of names) synced.set(name, now(name) ?? Buffer.alloc(0));
  contents.set(0, (await contentOf(store)).content);
  for (let round = 0; round < 30; round++) {
    // Pages fill, split and come free.
    const key = `key/${random.below(12)}`;
    const isGone = random.chance(0.25);
    const { revision } = await store.txn(
      isGone ? { compare: [], success: [{ kind: 'delete', key }] } : put(key, 'v'.repeat(1 + random.below(3000))),
    );
    acknowledged = revision;
    contents.set(revision, (await contentOf(store)).content);
  }
  await store.close();
  for (const { acknowledged: atLeast, content } of images) {
    const found = await openImage(content);
    assert.ok(found.revision >= atLeast && found.revision <= atLeast + 1, `revision ${found.revision} of ${atLeast}`);
    assert.equal(found.content, contents.get(found.revision), `seed ${seed}, revision ${found.revision}`);
  }
}

function afterPowerCut(
  durable: Buffer | undefined,
  current: Buffer | undefined,
  random: SimRandom,
): Buffer | undefined {
  if (durable === undefined || current === undefined) return current;
  const isOfNewSize = random.chance(0.5);
  const result = Buffer.alloc(isOfNewSize ? current.length : durable.length);
  durable.copy(result);
  const share = random.below(5) / 4;
  for (let at = 0; at < Math.min(result.length, current.length); at += SECTOR_SIZE_BYTES) {
    if (random.chance(share)) current.copy(result, at, at, at + SECTOR_SIZE_BYTES);
  }
  return result;
}

async function openImage(content: readonly (Buffer | undefined)[]) {
  const path = newFile();
  for (const [at, bytes] of content.entries()) {
    if (bytes !== undefined) writeFileSync(at === 0 ? path : `${path}-wal`, bytes);
  }
  const store = openEmbeddedStore({ path, clock });
  const found = await contentOf(store);
  await store.close();
  for (const name of [path, `${path}-wal`]) rmSync(name, { force: true });
  return found;
}
