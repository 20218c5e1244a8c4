import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimDisk } from '@sluice/kernel/sim/disk';
import { append, appendOptions, batchOf, DIRECTORY, durable, openTestLog, written } from './testing/test-log.ts';

const PRODUCER = { producerId: 7, producerEpoch: 0 };
const config = { segmentSizeBytes: 300 };

/** So large that the next one rolls the segment. */
const large = (baseSequence: number) => batchOf(['x'.repeat(200)], { ...PRODUCER, baseSequence });
const small = () => batchOf(['x'.repeat(150)]);
const tiny = () => batchOf(['x']);

test('bug: after a recovery of several segments, the producers of those that were deleted since were forgotten by the next one', async () => {
  const disk = createSimDisk();
  const log = await openTestLog({ disk, config });
  append(log, large(0));
  append(log, small());
  await durable(log);
  disk.crash();
  const rebooted = disk.reboot(1);
  // A power loss before the first segment was sealed.
  for (const name of await rebooted.list(DIRECTORY)) {
    if (name.endsWith('.snapshot')) await rebooted.unlink(`${DIRECTORY}/${name}`);
  }

  const recovery = { cleanShutdown: false, recoveryPoint: 0, logStartOffset: 0 };
  const recovered = await openTestLog({ disk: rebooted, config, recovery });
  append(recovered, tiny());
  // Seals the second segment, whose snapshot takes the place of the recovery's own.
  append(recovered, small());
  await durable(recovered);
  await recovered.deleteRecordsBelow(1);
  rebooted.crash();

  const again = await openTestLog({
    disk: rebooted.reboot(2),
    config,
    recovery: { cleanShutdown: false, recoveryPoint: 2, logStartOffset: 1 },
  });
  assert.deepEqual([again.logStartOffset, again.logEndOffset], [1, 4]);
  assert.equal(again.append(large(0), appendOptions()).kind, 'duplicate');
  await again.close();
});

test("the log's start rises to a segment only when the producers of those before it are on disk", async () => {
  const disk = createSimDisk();
  let namesThen: readonly string[] = [];
  const log = await openTestLog({
    disk,
    config,
    hooks: {
      async persistLogStartOffset() {
        namesThen = await disk.list(DIRECTORY);
      },
    },
  });
  append(log, large(0));
  append(log, small());
  // Visible, and not sealed yet.
  await written(log);
  await log.deleteRecordsBelow(1);
  assert(namesThen.includes('00000000000000000001.snapshot'), namesThen.join(' '));
  await log.close();
});
