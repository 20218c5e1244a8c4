import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Logger } from '@sluice/kernel/logger';
import { METADATA_FILE } from './data-directory.ts';
import type { RunningBroker } from './start-broker.ts';
import { assertRefused, startDisposable } from './testing/disposable-broker.ts';
import { temporaryDirectory } from './testing/temporary-directory.ts';

interface Told {
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

async function start(
  dataDirectories: readonly string[],
  settings: Readonly<Record<string, string>> = {},
): Promise<RunningBroker & AsyncDisposable & { readonly errors: readonly Told[] }> {
  const errors: Told[] = [];
  const loggerWith = (context: Readonly<Record<string, unknown>>): Logger => ({
    debug() {},
    info() {},
    warn() {},
    error: (message, fields) => void errors.push({ message, fields: { ...context, ...fields } }),
    with: (more) => loggerWith({ ...context, ...more }),
  });
  const broker = await startDisposable({ paths: dataDirectories, settings, logger: loggerWith({}) });
  return { ...broker, errors };
}

function refused(paths: readonly string[], message: RegExp, hint: RegExp, settings = {}): Promise<void> {
  return assertRefused({ paths, settings }, message, hint);
}

async function startAndClose(paths: readonly string[], settings = {}): Promise<string> {
  await using broker = await start(paths, settings);
  assert.deepEqual(broker.errors, []);
  return broker.clusterId;
}

test('several directories are one cluster, in whatever order they are named', async () => {
  using directory = temporaryDirectory();
  const [a, b] = ['a', 'b'].map((name) => join(directory.path, name)) as [string, string];
  const clusterId = await startAndClose([a, b]);
  assert.ok(existsSync(join(a, METADATA_FILE)) && !existsSync(join(b, METADATA_FILE)));
  assert.equal(await startAndClose([b, a]), clusterId);
  assert.ok(!existsSync(join(b, METADATA_FILE)));
});

test('the metadata is where metadata.log.dir says', async () => {
  using directory = temporaryDirectory();
  const [a, b, meta] = ['a', 'b', 'meta'].map((name) => join(directory.path, name)) as [string, string, string];
  const settings = { 'metadata.log.dir': meta };
  const clusterId = await startAndClose([a, b], settings);
  assert.ok(existsSync(join(meta, METADATA_FILE)) && !existsSync(join(a, METADATA_FILE)));
  assert.equal(await startAndClose([a, b], settings), clusterId);
});

test('a directory that is named twice, or by two names', async () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, 'a');
  await refused([path, `${path}/`], /is named twice/, /name each once/);
  assert.equal(existsSync(path), false);
  await startAndClose([path]);
  symlinkSync(path, join(directory.path, 'link'));
  await refused([path, join(directory.path, 'link')], /metadata of two clusters|in use/, /./);
});

test('a directory of another cluster, of another node, of somebody else, or in use', async () => {
  using directory = temporaryDirectory();
  const paths = ['a', 'b', 'c', 'd'].map((name) => join(directory.path, name));
  const [a = '', b = '', c = '', d = ''] = paths;
  const clusterId = await startAndClose([a, b]);
  await startAndClose([c]);
  await refused([a, c], /have the metadata of two clusters/, /directories of one of them/);
  await startAndClose([c, d]);
  await refused([a, d], /^.*\/d belongs to cluster \S+, not \S+$/, /another directory/);
  await refused([a, b], /belongs to node 1, not 2/, /node\.id/, { 'node.id': '2' });
  mkdirSync(join(directory.path, 'thesis'));
  writeFileSync(join(directory.path, 'thesis', 'chapter-1.txt'), 'do not lose me');
  await refused([a, join(directory.path, 'thesis')], /is not a data directory/, /an empty or a new one/);
  assert.deepEqual(readdirSync(join(directory.path, 'thesis')), ['chapter-1.txt']);
  {
    await using _other = await start([c, d]);
    await refused([a, d], /in use/, /stop the broker that uses it/);
  }
  // All were let go each time.
  assert.equal(await startAndClose([a, b]), clusterId);
});

test('a directory that cannot be used is told once, and the others go on', async () => {
  using directory = temporaryDirectory();
  const [a, b] = ['a', 'b'].map((name) => join(directory.path, name)) as [string, string];
  const clusterId = await startAndClose([a, b]);
  renameSync(b, `${b}.away`);
  writeFileSync(b, 'a file');
  {
    await using broker = await start([a, b]);
    assert.equal(broker.clusterId, clusterId);
    assert.deepEqual(
      broker.errors.map(({ message, fields }) => [message, fields.directory]),
      [['a data directory cannot be used and its partitions are offline', b]],
    );
  }
  await refused([b], /b/, /./);
  // Without the metadata nobody knows what was in the others.
  renameSync(join(a, METADATA_FILE), join(directory.path, 'kept'));
  renameSync(a, `${a}.away`);
  writeFileSync(a, 'a file');
  await refused(
    [a, `${b}.away`],
    /b\.away belongs to a cluster whose metadata .* in none of the directories/,
    /mounted/,
  );
  await refused([join(directory.path, 'new'), `${b}.away`], /is in none of the directories/, /mounted/);
  assert.equal(existsSync(join(directory.path, 'new')), false, 'no other cluster was made');
});
