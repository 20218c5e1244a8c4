import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { createSimDisk } from '@sluice/kernel/sim/disk';
import type { LogConfig } from './partition-log.ts';
import { append, batchOf, DIRECTORY, durable, openTestLog, readAll } from './testing/test-log.ts';

const HOUR_MS = 3_600_000;
const NO_LIMITS: Partial<LogConfig> = { retentionMs: -1, retentionSizeBytes: -1, fileDeleteDelayMs: 60_000 };
/** Exactly one batch of `records` in each segment. */
const VALUE = 'x'.repeat(100);
const BATCH_SIZE_BYTES = batchOf([VALUE]).length;
const ONE_BATCH_EACH = { segmentSizeBytes: BATCH_SIZE_BYTES };

/** A log whose segments hold one batch each, of these ages; negative ages lie in the future. */
async function logOf(agesMs: readonly number[], config: Partial<LogConfig>) {
  const clock = createSimClock();
  const disk = createSimDisk({ clock });
  const settings = { ...NO_LIMITS, timestampAfterMaxMs: Number.POSITIVE_INFINITY, ...ONE_BATCH_EACH, ...config };
  const persisted = { logStartOffset: 0 };
  const open = (cleanShutdown: boolean, recoveryPoint = 0) =>
    openTestLog({
      disk,
      clock,
      config: settings,
      recovery: { cleanShutdown, recoveryPoint, logStartOffset: persisted.logStartOffset },
      hooks: {
        async persistLogStartOffset(offset) {
          persisted.logStartOffset = offset;
        },
      },
    });
  const log = await open(false);
  for (const ageMs of agesMs)
    append(log, batchOf([VALUE], { timestampMs: clock.now() - ageMs }), { nowMs: clock.now() });
  await durable(log);
  const names = () => disk.list(DIRECTORY);
  return { log, clock, disk, open, names };
}

const OLD = 5 * HOUR_MS;
const YOUNG = HOUR_MS / 2;

describe('retention by time', () => {
  it('deletes the segments whose largest timestamp is too old, and those only', async () => {
    const { log } = await logOf([OLD, OLD, YOUNG, YOUNG], { retentionMs: HOUR_MS });
    await log.applyRetention();
    assert.equal(log.logStartOffset, 2);
    assert.equal((await readAll(log)).length, 2);
    await log.close();
  });

  it('keeps a segment of exactly the age, and deletes it a millisecond later', async () => {
    const { log, clock } = await logOf([HOUR_MS, YOUNG], { retentionMs: HOUR_MS });
    await log.applyRetention();
    assert.equal(log.logStartOffset, 0);
    await clock.advance(1);
    await log.applyRetention();
    assert.equal(log.logStartOffset, 1);
    await log.close();
  });

  it('stops at the first that is young enough, also if older ones lie behind it', async () => {
    const { log } = await logOf([OLD, YOUNG, OLD, YOUNG], { retentionMs: HOUR_MS });
    await log.applyRetention();
    assert.equal(log.logStartOffset, 1);
    await log.close();
  });

  it('deletes the active segment too, and goes on behind it', async () => {
    const { log } = await logOf([OLD, OLD], { retentionMs: HOUR_MS });
    await log.applyRetention();
    assert.equal(log.logStartOffset, 2);
    assert.deepEqual(await readAll(log), []);
    assert.equal(append(log, batchOf(['next'])), 2);
    await durable(log);
    assert.deepEqual(
      (await readAll(log)).map(({ value }) => value),
      ['next'],
    );
    await log.close();
  });

  it('never deletes records from the future', async () => {
    const { log, clock } = await logOf([-HOUR_MS, OLD], { retentionMs: 0 });
    await clock.advance(1);
    await log.applyRetention();
    assert.equal(log.logStartOffset, 0);
    await clock.advance(HOUR_MS);
    await log.applyRetention();
    assert.equal(log.logStartOffset, 2);
    await log.close();
  });

  it('takes the time of the last write where records have none', async () => {
    const { log, clock } = await logOf([], { retentionMs: HOUR_MS });
    append(log, batchOf(['timeless'], { timestampMs: -1 }), { nowMs: clock.now() });
    await durable(log);
    await log.applyRetention();
    assert.equal(log.logStartOffset, 0);
    await clock.advance(2 * HOUR_MS);
    await log.applyRetention();
    assert.equal(log.logStartOffset, 1);
    await log.close();
  });

  it('knows the age of segments after a restart', async () => {
    const { log, open } = await logOf([OLD, OLD, YOUNG], { retentionMs: HOUR_MS });
    await log.close();
    const again = await open(true, 3);
    await again.applyRetention();
    assert.equal(again.logStartOffset, 2);
    await again.close();
  });
});

describe('retention by a clock that jumps (F15)', () => {
  for (const jumpMs of [HOUR_MS, 24 * HOUR_MS]) {
    it(`deletes nothing too early while the clock is ${jumpMs / HOUR_MS} hours ahead`, async () => {
      const { log, clock } = await logOf([OLD, YOUNG, YOUNG], { retentionMs: HOUR_MS });
      clock.jump(jumpMs);
      await log.applyRetention();
      assert.equal(log.logStartOffset, 1, 'what is too old goes all the same');
      clock.jump(-jumpMs);
      await clock.advance(HOUR_MS / 2 - 1);
      await log.applyRetention();
      assert.equal(log.logStartOffset, 1);
      await clock.advance(2);
      await log.applyRetention();
      assert.equal(log.logStartOffset, 3, 'and in time once it is right again');
      await log.close();
    });
  }

  it('goes on with what a clock that stays ahead says, after a day', async () => {
    const { log, clock } = await logOf([YOUNG, YOUNG], { retentionMs: 10 * 24 * HOUR_MS });
    clock.jump(30 * 24 * HOUR_MS);
    for (let hour = 0; hour < 24; hour++) {
      await log.applyRetention();
      assert.equal(log.logStartOffset, 0);
      await clock.advance(HOUR_MS);
    }
    await clock.advance(2 * HOUR_MS);
    await log.applyRetention();
    assert.equal(log.logStartOffset, 2);
    await log.close();
  });

  it('keeps everything for longer while the clock is behind, and no longer than that', async () => {
    const { log, clock } = await logOf([YOUNG, YOUNG], { retentionMs: HOUR_MS });
    clock.jump(-24 * HOUR_MS);
    await clock.advance(HOUR_MS);
    await log.applyRetention();
    assert.equal(log.logStartOffset, 0);
    clock.jump(24 * HOUR_MS);
    await clock.advance(26 * HOUR_MS);
    await log.applyRetention();
    assert.equal(log.logStartOffset, 2);
    await log.close();
  });
});

describe('retention by size', () => {
  it('deletes the oldest segments as long as the limit is met without them', async () => {
    const { log } = await logOf([0, 0, 0, 0], { retentionSizeBytes: 2 * BATCH_SIZE_BYTES });
    await log.applyRetention();
    assert.equal(log.logStartOffset, 2);
    await log.close();
  });

  it('keeps what is just below the limit, and deletes for one byte above it', async () => {
    const below = await logOf([0, 0, 0], { retentionSizeBytes: 2 * BATCH_SIZE_BYTES + 1 });
    await below.log.applyRetention();
    assert.equal(below.log.logStartOffset, 0);
    await below.log.close();
    const at = await logOf([0, 0, 0], { retentionSizeBytes: 2 * BATCH_SIZE_BYTES });
    await at.log.applyRetention();
    assert.equal(at.log.logStartOffset, 1);
    await at.log.close();
  });
});

describe('retention', () => {
  it('deletes nothing from a topic that is only compacted, or that is kept for ever', async () => {
    for (const cleanup of [{ cleanupCompact: true }, {}]) {
      const config = { retentionMs: 0, retentionSizeBytes: 0, cleanupDelete: false, ...cleanup };
      const { log, clock } = await logOf([OLD, OLD], config);
      await clock.advance(HOUR_MS);
      await log.applyRetention();
      assert.equal(log.logStartOffset, 0);
      await log.close();
    }
  });

  it('does nothing before the settings of the topic are known', async () => {
    const first = await logOf([OLD, OLD], { retentionMs: HOUR_MS });
    const { disk } = first;
    await first.log.close();
    const recovery = { cleanShutdown: true, recoveryPoint: 2, logStartOffset: 0 };
    const config = { ...ONE_BATCH_EACH, ...NO_LIMITS, retentionMs: HOUR_MS };
    const log = await openTestLog({ disk, clock: first.clock, config, recovery, isConfigProvisional: true });
    await log.applyRetention();
    assert.equal(log.logStartOffset, 0);
    await log.close();
  });

  it('moves files out of the way at once and removes them after the delay', async () => {
    const { log, clock, names } = await logOf([OLD, YOUNG], { retentionMs: HOUR_MS });
    await log.applyRetention();
    const first = (await names()).filter((name) => name.startsWith('00000000000000000000.'));
    assert(first.includes('00000000000000000000.log.deleted'));
    assert.deepEqual(
      first.filter((name) => !name.endsWith('.deleted') && !name.endsWith('.snapshot')),
      [],
    );
    await clock.advance(59_999);
    assert((await names()).includes('00000000000000000000.log.deleted'));
    await clock.advance(1);
    assert.equal((await names()).filter((name) => name.endsWith('.deleted')).length, 0);
    await log.close();
  });

  it('what a stop leaves of deleted files is gone after the next start, and the log start stays', async () => {
    const { log, open, names } = await logOf([OLD, OLD, YOUNG], { retentionMs: HOUR_MS });
    await log.applyRetention();
    await log.close();
    const again = await open(true, 3);
    assert.equal(again.logStartOffset, 2);
    assert.equal((await names()).filter((name) => name.endsWith('.deleted')).length, 0);
    await again.close();
  });

  it('deletes nothing that consumers cannot see yet', async () => {
    const { log, clock } = await logOf([], { retentionMs: HOUR_MS });
    append(log, batchOf([VALUE], { timestampMs: clock.now() - OLD }), { nowMs: clock.now(), durable: true });
    append(log, batchOf([VALUE], { timestampMs: clock.now() - OLD }), { nowMs: clock.now(), durable: true });
    assert.equal(log.highWatermark, 0);
    await log.applyRetention();
    assert.equal(log.logStartOffset, 0);
    await durable(log);
    await log.applyRetention();
    assert.equal(log.logStartOffset, 2);
    await log.close();
  });
});
