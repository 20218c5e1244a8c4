import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createCluster } from '@sluice/client/cluster';
import { realClock } from '@sluice/kernel/real/clock';
import { realNetwork } from '@sluice/kernel/real/network';
import { ShareConsumer, stringDeserializers } from './client.ts';
import { Sluice } from './index.ts';
import { fill } from './testing/share-stage.ts';
import { temporaryDirectory } from './testing/temporary-directory.ts';

/** What keeps a process alive, by kind. */
function openHandles(): readonly string[] {
  return process.getActiveResourcesInfo().filter((kind) => /TCP|Timeout|FSReqPromise|Worker|MessagePort/.test(kind));
}

/** Closed handles are gone some turns of the event loop later; the limit only ends a test that would fail. */
async function handlesAre(expected: readonly string[]): Promise<void> {
  for (let turn = 0; turn < 10_000 && openHandles().length > expected.length; turn++) await nextTurn();
  assert.deepEqual(openHandles(), expected);
}

async function topicsOf({ bootstrap }: Sluice): Promise<readonly string[]> {
  const port = Number(bootstrap.slice(bootstrap.lastIndexOf(':') + 1));
  const cluster = createCluster({
    network: realNetwork,
    clock: realClock,
    clientId: 'test',
    timeoutMs: 10_000,
    bootstrap: [{ host: '127.0.0.1', port }],
  });
  try {
    const { topics } = await cluster.metadata('all');
    return topics.map(({ name, partitions }) => `${name} ${partitions.length}`).sort();
  } finally {
    cluster.close();
  }
}

/** What a share group got that joins only after the messages were sent. */
async function firstOf({ bootstrap }: Sluice, groupId: string): Promise<string | undefined> {
  const bootstrapBrokers = [bootstrap];
  const consumer = new ShareConsumer({
    clientId: 'test',
    groupId,
    bootstrapBrokers,
    deserializers: stringDeserializers,
  });
  try {
    for await (const { value } of await consumer.consume({ topics: ['jobs'] })) return value;
    return undefined;
  } finally {
    await consumer.close();
  }
}

describe('Sluice.start', () => {
  it('gives groups their settings before anybody joins', async () => {
    const groups = [{ id: 'workers', settings: { 'share.auto.offset.reset': 'earliest' } }];
    await using sluice = await Sluice.start({ topics: [{ name: 'jobs' }], groups });
    await fill(sluice.bootstrap, 'jobs', [['first']]);
    assert.equal(await firstOf(sluice, 'workers'), 'first');
    const wrong = [{ id: 'workers', settings: { 'share.auto.offset.reset': 'sometimes' } }];
    await assert.rejects(Sluice.start({ groups: wrong }), /group workers cannot be set up: INVALID_CONFIG/);
  });

  it('serves its topics when it settles', async () => {
    await using sluice = await Sluice.start({
      topics: [
        { name: 'orders', partitions: 3 },
        { name: 'clicks', settings: { 'retention.ms': '1000' } },
      ],
    });
    assert.match(sluice.bootstrap, /^127\.0\.0\.1:\d+$/);
    assert.deepEqual(await topicsOf(sluice), ['clicks 1', 'orders 3']);
    await sluice.createTopics([{ name: 'more', partitions: 2 }]);
    assert.deepEqual(await topicsOf(sluice), ['clicks 1', 'more 2', 'orders 3']);
  });

  it('runs many in one process that do not see each other', async () => {
    const names = Array.from({ length: 10 }, (_, index) => `topic-${index}`);
    const all = await Promise.all(names.map((name) => Sluice.start({ topics: [{ name }] })));
    try {
      assert.equal(new Set(all.map(({ bootstrap }) => bootstrap)).size, names.length);
      assert.equal(new Set(all.map(({ clusterId }) => clusterId)).size, names.length);
      for (const [index, sluice] of all.entries()) assert.deepEqual(await topicsOf(sluice), [`${names[index]} 1`]);
    } finally {
      await Promise.all(all.map((sluice) => sluice.close()));
    }
  });

  it('leaves no handle and no file behind', async () => {
    const handlesBefore = openHandles();
    // A directory of its own: other tests make files in the shared one meanwhile.
    using directory = temporaryDirectory();
    const sharedDirectory = process.env.TMPDIR;
    process.env.TMPDIR = directory.path;
    assert.equal(tmpdir(), directory.path);
    const sluice = await Sluice.start({ topics: [{ name: 'orders' }] });
    await topicsOf(sluice);
    await Promise.all([sluice.close(), sluice.close()]);
    await sluice.close();
    await assert.rejects(topicsOf(sluice), { tag: 'refused' });
    await handlesAre(handlesBefore);
    assert.deepEqual(readdirSync(directory.path), []);
    if (sharedDirectory === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = sharedDirectory;
  });

  it('keeps everything in a directory that it is given', async () => {
    const dataDirectory = mkdtempSync(join(tmpdir(), 'embedded-'));
    try {
      const { clusterId } = await withSluice({ dataDirectory, topics: [{ name: 'orders', partitions: 2 }] });
      await using again = await Sluice.start({ dataDirectory });
      assert.equal(again.clusterId, clusterId);
      assert.deepEqual(await topicsOf(again), ['orders 2']);
      await assert.rejects(Sluice.start({ dataDirectory }), { name: 'StartError' });
    } finally {
      rmSync(dataDirectory, { recursive: true, force: true });
    }
  });

  it('says what is wrong, and leaves nothing running', async () => {
    const handlesBefore = openHandles();
    await assert.rejects(Sluice.start({ settings: { 'num.partition': '3' } }), /Did you mean num\.partitions\?/);
    await assert.rejects(
      Sluice.start({ topics: [{ name: 'no spaces' }] }),
      /topic no spaces cannot be made: INVALID_TOPIC/,
    );
    await using sluice = await Sluice.start();
    const port = Number(sluice.bootstrap.split(':')[1]);
    await assert.rejects(Sluice.start({ port }), /is in use/);
    await sluice.close();
    await handlesAre(handlesBefore);
  });
});

async function withSluice(options: Parameters<typeof Sluice.start>[0]): Promise<Sluice> {
  await using sluice = await Sluice.start(options);
  return sluice;
}
