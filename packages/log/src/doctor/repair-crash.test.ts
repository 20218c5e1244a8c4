import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimDisk } from '@sluice/kernel/sim/disk';
import { walkBatches } from '@sluice/protocol/records/walk-batches';
import {
  check,
  complaints,
  diskWith,
  type Files,
  filesOf,
  openDoctored,
  repair,
  servedBatches,
  writeDoctored,
} from '../testing/doctor-fixture.ts';
import { NO_CONSENT } from './repair-directory.ts';

const CONSENT = { ...NO_CONSENT, acceptLoss: [{ partition: 'orders-0', offsets: { from: 0, to: 1000 } }] };
/** Every change of a repair on a quiet machine takes some seconds; a part of them shows the same. */
const STRIDE = Number(process.env.DOCTOR_CRASH_STRIDE ?? 7);

/** A header, a batch and what is derived from them; what is lost for good are the offsets of one batch. */
async function damage(files: Files): Promise<{ disk: SimDisk; lostFrom: number; lostTo: number }> {
  const disk = await diskWith(files, { crashModel: true });
  const logs = [...files.keys()].filter((path) => path.endsWith('.log'));
  const [first = '', second = ''] = logs;
  // The length of a batch's header, and a record of another batch.
  disk.flipByte(first, 11, 0x11);
  const [, victim] = [...walkBatches(files.get(second) ?? assert.fail())];
  disk.flipByte(second, (victim?.position ?? 0) + 70);
  const index = (await disk.readFile(first.replace('.log', '.index'))) ?? Buffer.alloc(0);
  if (index.length > 0) disk.flipByte(first.replace('.log', '.index'), 3);
  const snapshot = [...files.keys()].find((path) => path.endsWith('.snapshot')) ?? assert.fail();
  disk.flipByte(snapshot, 8);
  disk.flipByte('/data/recovery-point-offset-checkpoint', 9);
  const found = await check(disk);
  const lost = found.findings.find(({ code }) => code === 'unreadable-batches')?.offsets ?? assert.fail();
  return { disk, lostFrom: lost.from, lostTo: lost.to };
}

for (const isClean of [true, false]) {
  test(`a repair that is cut off at any change goes on where it was, after a ${isClean ? 'clean stop' : 'kill'}`, async () => {
    const files = await writeDoctored(isClean);
    const whole = await openDoctored(await diskWith(files));
    const good = await servedBatches(whole.get('orders', 0)?.log ?? assert.fail());
    await whole.close();

    const counting = await damage(files);
    const start = counting.disk.changeCount;
    await repair(counting.disk, CONSENT);
    const changes = counting.disk.changeCount - start;
    assert(changes > 30, `${changes} changes`);

    for (let change = 1; change <= changes; change += STRIDE) {
      const { disk, lostFrom, lostTo } = await damage(files);
      disk.crashAt(disk.changeCount + change);
      await repair(disk, CONSENT).catch(() => {});
      const survived = disk.reboot(change);
      await repair(survived, CONSENT);
      const after = await check(survived);
      assert.deepEqual(complaints(after.findings), [], `cut off at change ${change}`);
      const kept = [...(await filesOf(survived)).keys()].filter((path) => /\.log\.bytes-\d+-\d+$/.test(path));
      assert(kept.length >= 2, `cut off at change ${change}: ${kept}`);
      const directory = await openDoctored(survived);
      const served = await servedBatches(directory.get('orders', 0)?.log ?? assert.fail());
      for (const [offset, bytes] of good) {
        if (offset >= lostFrom && offset <= lostTo) continue;
        assert.equal(served.get(offset), bytes, `cut off at change ${change}: the batch at ${offset}`);
      }
      await directory.close();
    }
  });
}
