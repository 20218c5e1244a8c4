import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { silentLogger } from '@sluice/kernel/logger';
import {
  decodeMetaProperties,
  encodeMetaProperties,
  FORMAT_VERSION,
  META_PROPERTIES,
} from '@sluice/log/meta-properties';
import { METADATA_FILE } from './data-directory.ts';
import { startBroker } from './start-broker.ts';
import { assertRefused, type DisposableOptions, startDisposable } from './testing/disposable-broker.ts';
import { temporaryDirectory } from './testing/temporary-directory.ts';

const NOBODY = 65534;

type Start = Omit<DisposableOptions, 'paths'> & { readonly path?: string };

const placed = ({ path, ...more }: Start) => ({ ...more, ...(path === undefined ? {} : { paths: [path] }) });
const start = (options: Start) => startDisposable(placed(options));
const refused = (options: Start, message: RegExp, hint: RegExp) => assertRefused(placed(options), message, hint);

async function startAndClose(path: string, settings: Readonly<Record<string, string>> = {}): Promise<string> {
  const broker = await start({ path, settings });
  await broker.close();
  return broker.clusterId;
}

/** A directory that a broker has used. */
async function usedDirectory() {
  const directory = temporaryDirectory();
  const path = join(directory.path, 'data');
  const clusterId = await startAndClose(path);
  return { path, clusterId, [Symbol.dispose]: () => directory[Symbol.dispose]() };
}

test('a port in use', async () => {
  using directory = await usedDirectory();
  await using other = await start({});
  const port = Number(other.bootstrap.split(':')[1]);
  await refused({ port, path: directory.path }, /^127\.0\.0\.1:\d+ is in use$/, /another port with port$/);
  // The directory was let go.
  assert.equal(await startAndClose(directory.path), directory.clusterId);
});

test('an address that is not of this machine', async () => {
  const elsewhere = { settings: {}, ephemeral: true, logger: silentLogger, listen: { host: '192.0.2.1', port: 0 } };
  await assert.rejects(startBroker(elsewhere), { name: 'StartError', message: /no address 192\.0\.2\.1/ });
});

test('a data directory in use', async () => {
  using directory = await usedDirectory();
  const first = await start({ path: directory.path });
  await using _ = first;
  await refused({ path: directory.path }, /in use/, /stop the broker that uses it/);
  await first.close();
  assert.equal(await startAndClose(directory.path), directory.clusterId);
});

test('a directory of somebody else, which stays as it was', async () => {
  using directory = temporaryDirectory();
  const letter = join(directory.path, 'letter.txt');
  writeFileSync(letter, 'dear');
  await refused({ path: directory.path }, /is not a data directory.*letter\.txt/, /an empty or a new directory/);
  assert.equal(readFileSync(letter, 'utf8'), 'dear');
  await refused({ path: letter }, /letter\.txt/, /another directory/);
});

test('a directory of Apache Kafka, or without its metadata', async () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, 'kafka');
  mkdirSync(path);
  writeFileSync(join(path, 'meta.properties'), 'version=1\ncluster.id=abc\nnode.id=1\n');
  await refused(
    { path },
    /belongs to an Apache Kafka broker/,
    /sluice import, or name another directory with dataDirectory$/,
  );
});

test('a directory into which an import has not come to its end', async () => {
  using directory = temporaryDirectory();
  writeFileSync(join(directory.path, 'sluice-import.json'), '{}');
  await refused({ path: directory.path }, /import into .* has not come to its end/, /same sluice import command again/);
});

test('a directory that may not be written', async () => {
  using directory = temporaryDirectory();
  chmodSync(directory.path, 0o755);
  const path = join(directory.path, 'locked');
  mkdirSync(path);
  chmodSync(path, 0o555);
  await asNobody(() => refused({ path }, /cannot be written/, /make it writable/));
});

/** Root may write everywhere, so the test takes another user's rights meanwhile. */
async function asNobody(action: () => Promise<void>): Promise<void> {
  if (process.getuid?.() !== 0) return await action();
  process.seteuid?.(NOBODY);
  try {
    await action();
  } finally {
    process.seteuid?.(0);
  }
}

test('a directory of another node', async () => {
  using directory = await usedDirectory();
  await refused({ path: directory.path, settings: { 'node.id': '7' } }, /belongs to node 1, not 7/, /node\.id/);
  assert.equal(await startAndClose(directory.path), directory.clusterId);
});

test('logs of one cluster and metadata of another', async () => {
  using directory = await usedDirectory();
  using other = await usedDirectory();
  copyFileSync(join(other.path, METADATA_FILE), join(directory.path, METADATA_FILE));
  const message = new RegExp(`belongs to cluster ${directory.clusterId}, not ${other.clusterId}`);
  await refused({ path: directory.path }, message, /another directory/);
});

test('a directory that a newer version wrote', async () => {
  using directory = await usedDirectory();
  const metadata = new DatabaseSync(join(directory.path, METADATA_FILE));
  metadata.exec('PRAGMA user_version = 1000');
  metadata.close();
  await refused({ path: directory.path }, /schema 1000/, /newer version of Sluice/);

  using second = await usedDirectory();
  const file = join(second.path, META_PROPERTIES);
  const meta = decodeMetaProperties(readFileSync(file), second.path);
  writeFileSync(file, encodeMetaProperties({ ...meta, formatVersion: FORMAT_VERSION + 1 }));
  await refused({ path: second.path }, /meta\.properties|version/, /newer version of Sluice/);
});

test('meta.properties that is damaged', async () => {
  using directory = await usedDirectory();
  const file = join(directory.path, META_PROPERTIES);
  const content = readFileSync(file);
  // One bit makes it another node's; only the checksum can tell.
  content[content.indexOf('node.id=') + 'node.id='.length] = 0x33;
  writeFileSync(file, content);
  await refused({ path: directory.path }, /./, /restore meta\.properties/);
});

test('metadata that is damaged', async () => {
  using directory = await usedDirectory();
  writeFileSync(join(directory.path, METADATA_FILE), 'This was a database once.'.repeat(500));
  await refused({ path: directory.path }, /./, /backup/);
});

test('a setting that does not exist, or has no such value', async () => {
  await refused({ settings: { 'num.partition': '3' } }, /Did you mean num\.partitions\?/, /correct the setting/);
  await refused({ settings: { 'num.partitions': 'many' } }, /num\.partitions/, /correct the setting/);
  await refused({ settings: { 'sluice.durability': 'hope' } }, /sluice\.durability/, /correct the setting/);
});
