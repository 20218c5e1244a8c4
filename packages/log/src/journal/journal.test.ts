import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Logger, silentLogger } from '@sluice/kernel/logger';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { createSimDisk, type SimDisk } from '@sluice/kernel/sim/disk';
import type { FaultRule } from '@sluice/kernel/sim/faults';
import { createSimRandom } from '@sluice/kernel/sim/random';
import { setBaseOffset, setPartitionLeaderEpoch } from '@sluice/protocol/records/batch-header';
import { DEFAULT_LOG_CONFIG } from '../default-log-config.ts';
import type { LogDirectory, LogDirectoryOptions } from '../log-directory.ts';
import { openLogDirectory } from '../log-manager.ts';
import type { ManagedLog } from '../managed-log.ts';
import { createTailCache } from '../tail-cache.ts';
import { append, batchOf, durable, readAll } from '../testing/test-log.ts';
import { isJournalFileName } from './format.ts';
import type { JournalSettings } from './settings.ts';

const SETTINGS: JournalSettings = {
  fileCount: 2,
  fileSizeBytes: 64 * 1024,
  logCountMin: 3,
  logSizeBytesMax: 4096,
  dirtyLogCountMax: 100,
};

interface Fixture {
  readonly disk: SimDisk;
  readonly directory: LogDirectory;
  readonly logs: readonly ManagedLog[];
  /** Syncs since the last question: of the journal, and of segments. */
  syncs(): { journal: number; segments: number };
}

interface FixtureOptions extends Partial<LogDirectoryOptions> {
  readonly logCount?: number;
  readonly clock?: ReturnType<typeof createSimClock>;
}

/** Of each log, the records before its first one in the journal. */
const SYNCED_SIZE_BYTES = batchOf(['first']).length + batchOf(['second']).length;

function topicIdOf(index: number): string {
  return Buffer.from(`topic id ${String(index).padStart(7, '0')}`).toString('base64url');
}

function open(disk: SimDisk, options: FixtureOptions = {}): Promise<LogDirectory> {
  return openLogDirectory({
    disk,
    clock: createSimClock(),
    random: createSimRandom(1),
    logger: silentLogger,
    path: '/data',
    clusterId: 'cluster',
    nodeId: 1,
    tailCache: createTailCache(0),
    durability: 'disk',
    configOf: () => DEFAULT_LOG_CONFIG,
    journal: SETTINGS,
    ...options,
  });
}

/** Logs with a record each, so that their files are there, and a journal that has been used. */
async function openFixture(options: FixtureOptions = {}): Promise<Fixture> {
  const clock = options.clock ?? createSimClock();
  const disk = createSimDisk({ clock });
  const directory = await open(disk, { ...options, clock });
  const logs: ManagedLog[] = [];
  for (let index = 0; index < (options.logCount ?? 5); index++) {
    logs.push(await directory.create('orders', index, topicIdOf(index), DEFAULT_LOG_CONFIG));
  }
  let journal = 0;
  let segments = 0;
  disk.inject(({ kind, path }) => {
    if (kind === 'sync' && isJournalFileName(path.slice('/data/'.length))) journal++;
    if (kind === 'sync' && path.endsWith('.log')) segments++;
    return undefined;
  });
  // The first finds no file, the second makes one, the third is written to it.
  for (const value of ['first', 'second', 'third']) await appendToAll(logs, value);
  const fixture = {
    disk,
    directory,
    logs,
    syncs() {
      const counted = { journal, segments };
      journal = 0;
      segments = 0;
      return counted;
    },
  };
  fixture.syncs();
  return fixture;
}

async function appendToAll(logs: readonly ManagedLog[], value: string): Promise<void> {
  for (const log of logs) append(log, batchOf([value]), { durable: true });
  await Promise.all(logs.map((log) => durable(log)));
}

/** Strikes the journal's file. */
function onJournal(kind: 'write' | 'sync', tag: 'io' | 'no-space'): FaultRule {
  return (operation) =>
    operation.kind === kind && operation.path.includes('sluice-journal') ? { kind: 'fail', tag } : undefined;
}

async function lastValuesAfterCrash(disk: SimDisk, options: FixtureOptions = {}): Promise<(string | undefined)[]> {
  const directory = await open(disk, options);
  const values: (string | undefined)[] = [];
  for (let index = 0; index < 5; index++) {
    const log = directory.get('orders', index)?.log;
    values.push(log === undefined ? undefined : (await readAll(log)).at(-1)?.value);
  }
  await directory.close();
  return values;
}

describe('the journal is used', () => {
  test('by as many logs as its setting says, in one sync for all; by fewer it is not', async () => {
    const { directory, logs, syncs } = await openFixture();
    await appendToAll(logs, 'five');
    assert.deepEqual(syncs(), { journal: 1, segments: 0 });
    await appendToAll(logs.slice(0, 3), 'three');
    assert.deepEqual(syncs(), { journal: 1, segments: 0 });
    await appendToAll(logs.slice(0, 2), 'two');
    assert.deepEqual(syncs(), { journal: 0, segments: 2 });
    await directory.close();
  });

  test('for up to its limit of bytes of a log', async () => {
    const { directory, logs, syncs } = await openFixture();
    const overhead = batchOf(['']).length;
    const textOf = (size: number) => 'x'.repeat(size);
    // A long value's length takes another byte or two, in the record's length and its own.
    const largest = SETTINGS.logSizeBytesMax - overhead - 2;
    assert.equal(batchOf([textOf(largest)]).length, SETTINGS.logSizeBytesMax);
    await appendToAll(logs, textOf(largest));
    assert.deepEqual(syncs(), { journal: 1, segments: 0 });
    await appendToAll(logs, textOf(largest + 1));
    assert.deepEqual(syncs(), { journal: 0, segments: 5 });
    await directory.close();
  });

  test('by no more logs than may lag behind it', async () => {
    const journal = { ...SETTINGS, dirtyLogCountMax: 4 };
    const { directory, logs, syncs } = await openFixture({ journal });
    await Promise.all([...directory.logs()].map(({ log }) => log.checkpoint()));
    syncs();
    await appendToAll(logs.slice(0, 3), 'three');
    assert.deepEqual(syncs(), { journal: 1, segments: 0 });
    await appendToAll(logs, 'five');
    const { segments } = syncs();
    assert(segments >= 1, 'the fifth, and those that have lagged longest');
    await directory.close();
  });

  test('again and again: a full file waits for the segments of its entries', async () => {
    const journal = { ...SETTINGS, fileSizeBytes: 8 * 1024 };
    const { disk, directory, logs } = await openFixture({ journal });
    for (let round = 0; round < 60; round++) await appendToAll(logs, `round ${round}`);
    assert.deepEqual((await disk.list('/data')).filter(isJournalFileName).length, 2);
    assert.deepEqual(await lastValuesAfterCrash(disk.reboot(3)), Array(5).fill('round 59'));
    await directory.close().catch(() => {});
  });

  test('and gone after a clean stop', async () => {
    const { disk, directory } = await openFixture();
    assert((await disk.list('/data')).some(isJournalFileName));
    await directory.close();
    assert(!(await disk.list('/data')).some(isJournalFileName));
    assert.deepEqual(await lastValuesAfterCrash(disk), Array(5).fill('third'));
  });
});

describe('F5: a journal that fails', () => {
  for (const kind of ['write', 'sync'] as const) {
    test(`in its ${kind} takes the logs offline whose data it held, and no others; it is never tried again`, async () => {
      const { disk, directory, logs, syncs } = await openFixture();
      const restore = disk.inject(onJournal(kind, 'io'));
      const hit = logs.slice(0, 4);
      for (const log of hit) append(log, batchOf(['lost']), { durable: true });
      for (const log of hit) await assert.rejects(durable(log), /failed/);
      restore();
      for (const log of hit) {
        assert.match(log.failure ?? '', /failed/);
        assert.equal(log.highWatermark, 3, 'consumers never see it');
      }
      syncs();
      const [other] = logs.slice(4);
      assert(other !== undefined);
      await appendToAll([other], 'goes on');
      assert.deepEqual(syncs(), { journal: 0, segments: 1 });
      const values = await lastValuesAfterCrash(disk.reboot(1));
      assert.equal(values.at(-1), 'goes on');
      for (const value of values.slice(0, 4)) assert(value === 'third' || value === 'lost', value);
      await directory.close().catch(() => {});
    });
  }

  test('for want of space refuses appends until there is some', async () => {
    const clock = createSimClock();
    const { disk, directory, logs } = await openFixture({ clock });
    const restore = disk.inject(onJournal('write', 'no-space'));
    for (const log of logs) append(log, batchOf(['kept']), { durable: true });
    for (const log of logs) await assert.rejects(durable(log), /no-space/);
    restore();
    await clock.runUntil(() => logs.every((log) => log.failure === undefined));
    await appendToAll(logs, 'again');
    for (const log of logs) assert.equal((await readAll(log)).at(-1)?.value, 'again');
    await directory.close();
  });

  test('to come about leaves every log to its own sync', async () => {
    const clock = createSimClock();
    const disk = createSimDisk({ clock });
    disk.inject((operation) =>
      operation.kind === 'create' && operation.path.includes('sluice-journal')
        ? { kind: 'fail', tag: 'no-space' }
        : undefined,
    );
    const directory = await open(disk, { clock });
    const logs: ManagedLog[] = [];
    for (let index = 0; index < 5; index++) {
      logs.push(await directory.create('orders', index, topicIdOf(index), DEFAULT_LOG_CONFIG));
    }
    for (const value of ['one', 'two', 'three']) await appendToAll(logs, value);
    for (const log of logs) assert.equal(log.failure, undefined);
    await directory.close();
  });
});

describe('after a power loss the journal', () => {
  test('gives back what segments lost, also where garbage took its place', async () => {
    const { disk, logs } = await openFixture();
    await appendToAll(logs, 'acknowledged');
    const crashed = disk.reboot(12);
    for (const path of crashed.files().filter((each) => each.endsWith('.log'))) {
      const file = await crashed.open(path, 'update');
      await file.truncate(SYNCED_SIZE_BYTES);
      await file.writev([Buffer.alloc(300, 0xee)], SYNCED_SIZE_BYTES);
      await file.close();
    }
    assert.deepEqual(await lastValuesAfterCrash(crashed), Array(5).fill('acknowledged'));
  });

  test('touches nothing that is sound and other than it says', async () => {
    const { disk, logs } = await openFixture();
    await appendToAll(logs, 'acknowledged');
    const crashed = disk.reboot(12);
    // As another server might have gone on with it.
    const path = '/data/orders-0/00000000000000000000.log';
    const other = batchOf(['others']);
    setBaseOffset(other, 0, 2);
    setPartitionLeaderEpoch(other, 0, 0);
    const file = await crashed.open(path, 'update');
    await file.truncate(SYNCED_SIZE_BYTES);
    await file.writev([other], SYNCED_SIZE_BYTES);
    await file.close();
    const values = await lastValuesAfterCrash(crashed);
    assert.equal(values[0], 'others');
    assert.deepEqual(values.slice(1), Array(4).fill('acknowledged'));
  });

  test('counts for nothing beside the mark of a clean stop', async () => {
    const { disk, logs, directory } = await openFixture();
    const [log] = logs;
    assert(log !== undefined);
    await appendToAll(logs, 'acknowledged');
    const [name = ''] = (await disk.list('/data')).filter(isJournalFileName);
    const content = await disk.readFile(`/data/${name}`);
    await log.truncateTo(1);
    await directory.close();
    await disk.replaceFile(`/data/${name}`, content ?? Buffer.alloc(0));
    assert.equal((await lastValuesAfterCrash(disk))[0], 'first');
    assert(!(await disk.list('/data')).some(isJournalFileName));
  });

  test('waits for the next start where a segment cannot be written, and its partition with it', async () => {
    const { disk, logs } = await openFixture();
    await appendToAll(logs, 'acknowledged');
    const crashed = disk.reboot(12);
    const restore = crashed.inject(({ kind, path }) =>
      kind === 'sync' && path.includes('/orders-2/') ? { kind: 'fail', tag: 'io' } : undefined,
    );
    const directory = await open(crashed);
    assert.match(directory.unopened.get('orders-2') ?? '', /journal/);
    assert.equal(directory.get('orders', 2), undefined);
    await directory.close();
    restore();
    const values = await lastValuesAfterCrash(crashed);
    assert.deepEqual(values, Array(5).fill('acknowledged'));
    assert(!(await crashed.list('/data')).some(isJournalFileName));
  });

  test('that is damaged tells so', async () => {
    const { disk, logs } = await openFixture();
    await appendToAll(logs, 'one');
    await appendToAll(logs, 'two');
    const crashed = disk.reboot(12);
    // Within the second commit: the third follows.
    crashed.flipByte('/data/sluice-journal-0.jnl', 600);
    const told: string[] = [];
    const logger: Logger = { ...silentLogger, error: (message) => void told.push(message), with: () => logger };
    await (await open(crashed, { logger })).close();
    assert(told.some((message) => /journal is damaged/.test(message)));
  });
});
