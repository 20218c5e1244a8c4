import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSimDisk } from '@sluice/kernel/sim/disk';
import type { ManagedLog } from '@sluice/log/managed-log';
import { append, durable, openTestLog } from '@sluice/log/testing/test-log';
import { buildBatch } from '@sluice/protocol/records/build-batch';
import { tallySerde } from '../testing/tally-shard.ts';
import { REPLAY_SLICE_MS, replay } from './replay.ts';

const RECORDS = 1_000;

async function filledLog(): Promise<ManagedLog> {
  const log = await openTestLog({ disk: createSimDisk() });
  for (let from = 0; from < RECORDS; from += 250) {
    const names = Array.from({ length: 250 }, (_, index) => `n${from + index}`);
    append(log, buildBatch(names.map((name) => ({ ...tallySerde.encode({ name, count: 1 }), timestampMs: 7 }))));
  }
  await durable(log);
  return log;
}

/** A clock on which each look at the time takes a quarter of a slice; who waits for others is counted. */
function tiringClock() {
  let elapsedMs = 0;
  let turns = 0;
  return {
    now: () => 0,
    monotonicMs: () => {
      elapsedMs += REPLAY_SLICE_MS / 4;
      return elapsedMs;
    },
    setTimer: () => ({ cancel() {} }),
    soon(action: () => void) {
      turns++;
      setImmediate(action);
    },
    turns: () => turns,
  };
}

describe('replay', () => {
  test('others have their turn whenever a slice is over, also within a batch', async () => {
    const log = await filledLog();
    const clock = tiringClock();
    const seen: number[] = [];
    const outcome = await replay({
      log,
      serde: tallySerde,
      clock,
      apply: (_record, { offset }) => void seen.push(offset),
      onUnknownRecord: () => assert.fail('unknown'),
      isCancelled: () => false,
    });
    assert.deepEqual(outcome, { kind: 'done', recordCount: RECORDS });
    assert.deepEqual(
      seen,
      seen.map((_, offset) => offset),
    );
    assert(clock.turns() >= RECORDS / 32 / 4, `${clock.turns()} turns`);
    await log.close();
  });

  test('a load that is no longer wanted ends with its slice', async () => {
    const log = await filledLog();
    let applied = 0;
    const outcome = await replay({
      log,
      serde: tallySerde,
      clock: tiringClock(),
      apply: () => void applied++,
      onUnknownRecord: () => assert.fail('unknown'),
      isCancelled: () => applied >= 300,
    });
    assert.deepEqual(outcome, { kind: 'cancelled' });
    assert(applied >= 300 && applied < 500, `${applied} applied`);
    await log.close();
  });

  test('records that were deleted from the front are left out', async () => {
    const log = await filledLog();
    await log.deleteRecordsBelow(500);
    const seen: number[] = [];
    await replay({
      log,
      serde: tallySerde,
      clock: tiringClock(),
      apply: (_record, { offset }) => void seen.push(offset),
      onUnknownRecord: () => assert.fail('unknown'),
      isCancelled: () => false,
    });
    assert.equal(seen[0], 500);
    assert.equal(seen.length, 500);
    await log.close();
  });
});
