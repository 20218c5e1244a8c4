import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimDisk } from '@sluice/kernel/sim/disk';
import { append, batchOf, durable, openTestLog, readAll } from './testing/test-log.ts';

/** Three batches of three records each. */
async function nineRecords() {
  const disk = createSimDisk();
  const log = await openTestLog({ disk });
  for (let batch = 0; batch < 3; batch++) append(log, batchOf(['a', 'b', 'c']));
  await durable(log);
  return { disk, log };
}

test('bug: what was appended after a cut within a batch did not survive a power loss', async () => {
  const { disk, log } = await nineRecords();
  await log.truncateTo(4);
  assert.equal(log.logEndOffset, 3, 'the batch goes as a whole');
  append(log, batchOf(['after']), { durable: true });
  await durable(log);
  disk.crash();
  const recovery = { cleanShutdown: false, recoveryPoint: 0, logStartOffset: 0 };
  const again = await openTestLog({ disk: disk.reboot(1), recovery });
  assert.deepEqual((await readAll(again)).at(-1), { offset: 3, value: 'after' });
  await again.close();
});

test('a cut never ends the log below its start, and what follows survives as well', async () => {
  const { disk, log } = await nineRecords();
  await log.deleteRecordsBelow(1);
  await log.truncateTo(2);
  assert.deepEqual([log.logStartOffset, log.logEndOffset], [1, 1]);
  append(log, batchOf(['after']), { durable: true });
  await durable(log);
  disk.crash();
  const recovery = { cleanShutdown: false, recoveryPoint: 0, logStartOffset: 1 };
  const again = await openTestLog({ disk: disk.reboot(1), recovery });
  assert.equal(again.logStartOffset, 1);
  assert.deepEqual((await readAll(again)).at(-1), { offset: 1, value: 'after' });
  await again.close();
});
