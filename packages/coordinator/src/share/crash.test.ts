import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSimDisk, type SimDisk } from '@sluice/kernel/sim/disk';
import { batch, errorOf, KEY, openShareState, responseOf, written } from '../testing/share-state-fixture.ts';
import type { ShareStateCanary } from './share-environment.ts';

const ACCEPTED = 2;
const RECORDS = 12;
const SETTINGS = { updatesPerSnapshot: 3, pruneIntervalMs: 1000 };
const CONFIG = { segmentSizeBytes: 400 };

/** What outlives a crash besides the disk: the checkpoint of the log's start, which its directory keeps. */
interface Outcome {
  /** Records that the leader was told are accepted. */
  readonly acked: number[];
  logStartOffset: number;
}

const newOutcome = (): Outcome => ({ acked: [], logStartOffset: 0 });

/** Accepts one record after the other, each on its second delivery. */
async function workload(disk: SimDisk, outcome: Outcome, canary?: ShareStateCanary): Promise<void> {
  const hooks = {
    async persistLogStartOffset(offset: number) {
      outcome.logStartOffset = offset;
    },
  };
  const fixture = await openShareState(SETTINGS, canary, { disk, config: CONFIG, hooks });
  const { store, settled, clock } = fixture;
  responseOf(await settled(store.initialize(KEY, 1, 0)));
  for (let offset = 0; offset < RECORDS; offset++) {
    // Every other time what is done with at the front goes.
    const startOffset = offset % 2 === 0 ? -1 : offset - 1;
    const change = written({ startOffset, stateBatches: [batch(offset, offset, ACCEPTED, 2)] });
    if (errorOf(await settled(store.write(KEY, change))) === 0) outcome.acked.push(offset);
    // What no snapshot needs is deleted meanwhile.
    if (offset % 4 === 3) await clock.advance(1000);
  }
  await fixture.coordinator.close();
  await fixture.log.close();
}

/** Records that could be delivered again after a restart, of those that were accepted. */
async function lostAfterRestart(disk: SimDisk, { acked, logStartOffset }: Outcome): Promise<number[]> {
  const recovery = { recoveryPoint: logStartOffset, logStartOffset, cleanShutdown: false };
  const fixture = await openShareState(SETTINGS, undefined, { disk, config: CONFIG, recovery });
  const result = await fixture.settled(fixture.store.read(KEY, -1));
  await fixture.coordinator.close();
  await fixture.log.close();
  if ('errorCode' in result) return [...acked];
  const { startOffset, stateBatches } = result.response;
  return acked.filter((offset) => {
    const known = stateBatches.find(({ firstOffset, lastOffset }) => firstOffset <= offset && offset <= lastOffset);
    const isKept = known?.deliveryState === ACCEPTED && known.deliveryCount === 2;
    return offset >= startOffset && !isKept;
  });
}

async function crashEverywhere(canary?: ShareStateCanary): Promise<string[]> {
  const whole = createSimDisk();
  await workload(whole, newOutcome(), canary);
  assert(whole.changeCount > 20, `${whole.changeCount} changes`);
  const faults: string[] = [];
  for (let change = 3; change <= whole.changeCount; change++) {
    const disk = createSimDisk();
    disk.crashAt(change);
    const outcome = newOutcome();
    await workload(disk, outcome, canary).catch(() => {});
    const lost = await lostAfterRestart(disk.reboot(change), outcome);
    if (lost.length > 0) faults.push(`change ${change}: ${lost} may be delivered again`);
  }
  return faults;
}

describe('power loss under the share coordinator', () => {
  test('at every change: what was accepted and answered is not delivered again', async () => {
    assert.deepEqual(await crashEverywhere(), []);
  });

  for (const canary of ['forgets-writes', 'forgets-delivery-counts'] as const) {
    test(`a coordinator that ${canary.replaceAll('-', ' ')} is caught`, async () => {
      assert((await crashEverywhere(canary)).length > 0, 'the canary was not noticed');
    });
  }
});
