import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { createSimDisk, type SimDisk } from '@sluice/kernel/sim/disk';
import { createSimRandom } from '@sluice/kernel/sim/random';
import { DEFAULT_LOG_CONFIG } from './default-log-config.ts';
import type { JournalSettings } from './journal/settings.ts';
import type { ManagedLog } from './managed-log.ts';
import type { LogConfig } from './partition-log.ts';
import { mayFollow } from './prerequisite.ts';
import { appendToAll, openFixture, openJournaled, SETTINGS, topicIdOf } from './testing/journal-fixture.ts';
import { append, appendOptions, batchOf, durable, readAll } from './testing/test-log.ts';

/** Segments end, and the journal's files are used again. */
const CONFIG: LogConfig = { ...DEFAULT_LOG_CONFIG, segmentSizeBytes: 900, indexIntervalBytes: 200 };
const JOURNAL: JournalSettings = { ...SETTINGS, fileSizeBytes: 4 * 1024, logSizeBytesMax: 1024 };
const FOLLOWERS = 3;
const ROUNDS = 12;

/** Decisions in the first log, and what follows from each in the others; to each what was acknowledged. */
async function decide(disk: SimDisk, seed: number, isBound: boolean, acknowledged: Set<string>): Promise<void> {
  const random = createSimRandom(seed);
  const directory = await openJournaled(disk, { configOf: () => CONFIG, journal: JOURNAL });
  const logs: ManagedLog[] = [];
  for (let index = 0; index <= FOLLOWERS; index++) {
    logs.push(await directory.create('orders', index, topicIdOf(index), CONFIG));
  }
  const [decisions, ...followers] = logs;
  assert(decisions !== undefined);
  await appendToAll(logs, 'first');
  for (let round = 0; round < ROUNDS; round++) {
    const value = `${round}-${'x'.repeat(random.below(100))}`;
    send(decisions, value);
    const after = isBound ? { log: decisions, offset: decisions.logEndOffset } : undefined;
    for (const follower of followers) {
      if (random.chance(0.2)) send(follower, `own ${round}`);
      if (after === undefined || mayFollow(follower, after)) send(follower, value, after);
    }
    if (random.chance(0.2)) await decisions.checkpoint();
    if (random.chance(0.7)) await Promise.all(logs.map((log) => durable(log)));
  }
  await Promise.all(logs.map((log) => durable(log)));

  function send(log: ManagedLog, value: string, after?: { log: ManagedLog; offset: number }): void {
    const result = log.append(batchOf([value]), appendOptions({ durable: true, after }));
    if (result.kind !== 'appended') return;
    log.onDurable(result.lastOffset + 1, (failure) => {
      if (failure === undefined) acknowledged.add(`${log.partition} ${value}`);
    });
  }
}

/** What is wrong after a power loss at a change. */
async function faultsAfter(change: number, seed: number, isBound: boolean): Promise<string[]> {
  const disk = createSimDisk({ zeroTails: change % 3 === 0 });
  disk.crashAt(change);
  const acknowledged = new Set<string>();
  await decide(disk, seed, isBound, acknowledged).catch(() => {});
  const survivor = disk.reboot(seed * 1_000_003 + change);
  const directory = await openJournaled(survivor, { configOf: () => CONFIG, journal: JOURNAL });
  const found: Set<string>[] = [];
  for (let index = 0; index <= FOLLOWERS; index++) {
    const log = directory.get('orders', index)?.log;
    found.push(new Set(log === undefined ? [] : (await readAll(log)).map(({ value }) => value ?? '')));
  }
  await directory.close();
  const faults: string[] = [];
  for (const each of acknowledged) {
    const [partition, ...rest] = each.split(' ');
    if (found[Number(partition)]?.has(rest.join(' ')) !== true) faults.push(`${each} is lost`);
  }
  const [decisions, ...followers] = found;
  for (const follower of followers) {
    for (const value of follower) {
      if (/^\d/.test(value) && decisions?.has(value) !== true) faults.push(`${value} is there without its decision`);
    }
  }
  return faults;
}

describe('a batch with a prerequisite', () => {
  for (const seed of [1, 2]) {
    test(`survives no power loss without it, and is not lost once acknowledged; workload ${seed}`, async () => {
      const whole = createSimDisk();
      await decide(whole, seed, true, new Set());
      for (let change = 1; change <= whole.changeCount; change++) {
        assert.deepEqual(await faultsAfter(change, seed, true), [], `power lost at change ${change}`);
      }
    });
  }

  test('is what keeps it from that: without one the test is red', async () => {
    for (let change = 1; change < 400; change++) {
      if ((await faultsAfter(change, 1, false)).some((fault) => fault.includes('without its decision'))) return;
    }
    assert.fail('nothing survived alone');
  });

  test('shares a sync with it, although few logs wait', async () => {
    const { directory, logs, syncs } = await openFixture();
    const [decisions, follower] = logs;
    assert(decisions !== undefined && follower !== undefined);
    append(decisions, batchOf(['decision']), { durable: true });
    const after = { log: decisions, offset: decisions.logEndOffset };
    assert(mayFollow(follower, after));
    append(follower, batchOf(['marker']), { durable: true, after });
    assert.equal(follower.highWatermark, 3, 'nobody sees it');
    await durable(follower);
    assert.equal(decisions.durableOffset, after.offset);
    assert.deepEqual(syncs(), { journal: 1, segments: 0 });
    assert.equal((await readAll(follower)).at(-1)?.value, 'marker');
    await directory.close();
  });

  test('follows another one into the journal while that is being committed', async () => {
    const clock = createSimClock();
    const { disk, directory, logs, syncs } = await openFixture({ clock });
    const [decisions, follower] = logs;
    assert(decisions !== undefined && follower !== undefined);
    const heal = disk.inject(({ kind, path }) =>
      kind === 'sync' && path.includes('sluice-journal') ? { kind: 'delay', delayMs: 50 } : undefined,
    );
    const decideOnce = async () => {
      append(decisions, batchOf(['decision']), { durable: true });
      append(follower, batchOf(['marker']), {
        durable: true,
        after: { log: decisions, offset: decisions.logEndOffset },
      });
      await clock.settle();
    };
    await decideOnce();
    for (let count = 0; count < 4; count++) await decideOnce();
    await clock.advance(50);
    assert.equal(follower.durableOffset, 4, 'the first one');
    await clock.advance(50);
    assert.equal(follower.durableOffset, 8, 'all that came meanwhile');
    assert.deepEqual(syncs(), { journal: 2, segments: 0 });
    heal();
    assert.equal((await readAll(follower)).length, 8);
    await directory.close();
  });

  test('keeps no cut from the journal that has no room until its log is synced', async () => {
    // Wherever in the life of the journal's files it comes.
    for (let rounds = 0; rounds < 16; rounds++) {
      const clock = createSimClock();
      const { disk, directory, logs } = await openFixture({
        clock,
        logCount: 6,
        journal: { ...SETTINGS, fileSizeBytes: 8 * 1024 },
      });
      for (let round = 0; round < rounds; round++) await appendToAll(logs, `${round}`);
      const [decisions, cut, ...followers] = logs;
      assert(decisions !== undefined && cut !== undefined);
      const heal = disk.inject(({ kind, path }) =>
        kind === 'sync' && path.endsWith('.log') ? { kind: 'delay', delayMs: 50 } : undefined,
      );
      const isCut = cut.truncateTo(1);
      for (let round = 0; round < 8; round++) {
        append(decisions, batchOf(['decision'.padEnd(800)]), { durable: true });
        const after = { log: decisions, offset: decisions.logEndOffset };
        for (const follower of followers) append(follower, batchOf(['marker']), { durable: true, after });
        await clock.advance(20);
      }
      const done = Promise.all([isCut, ...logs.map((log) => durable(log))]).then(() => 'done');
      await clock.advance(5000);
      await clock.settle();
      assert.equal(await Promise.race([done, Promise.resolve('hangs')]), 'done', `after ${rounds} rounds`);
      heal();
      await directory.close();
    }
  });

  test('that fails is cut off, and its log goes on', async () => {
    const { disk, directory, logs } = await openFixture();
    const [decisions, follower] = logs;
    assert(decisions !== undefined && follower !== undefined);
    const restore = disk.inject(({ kind, path }) =>
      kind === 'write' && path.includes('orders-0') ? { kind: 'fail', tag: 'io' } : undefined,
    );
    append(decisions, batchOf(['decision']), { durable: true });
    append(follower, batchOf(['marker']), {
      durable: true,
      after: { log: decisions, offset: decisions.logEndOffset },
    });
    await assert.rejects(durable(follower), /depend/);
    restore();
    assert.match(decisions.failure ?? '', /write failed/);
    assert.equal((await readAll(follower)).at(-1)?.value, 'third');
    await directory.close().catch(() => {});
  });
});
