import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLogger } from '@sluice/kernel/logger';
import { createSimDisk } from '@sluice/kernel/sim/disk';
import { append, batchOf, DIRECTORY, durable, openTestLog, readAll } from './testing/test-log.ts';

test("bug: batches of two epochs below the log's start were taken for damaged ones", async () => {
  const disk = createSimDisk();
  const log = await openTestLog({ disk });
  append(log, batchOf(['a', 'b', 'c']));
  append(log, batchOf(['d', 'e', 'f']), { leaderEpoch: 3 });
  await durable(log);
  await log.checkpoint();
  await log.deleteRecordsBelow(6);
  await log.close();
  // So that the recovery reads the segment from its beginning.
  await disk.unlink(`${DIRECTORY}/00000000000000000000.index`);

  const errors: string[] = [];
  const logger = { ...silentLogger, error: (message: string) => void errors.push(message), with: () => logger };
  const recovery = { cleanShutdown: false, recoveryPoint: 6, logStartOffset: 6 };
  const again = await openTestLog({ disk, recovery, logger });
  assert.deepEqual(errors, []);
  assert.deepEqual([again.logStartOffset, again.logEndOffset], [6, 6]);
  append(again, batchOf(['g']), { leaderEpoch: 4 });
  await durable(again);
  assert.deepEqual(await readAll(again), [{ offset: 6, value: 'g' }]);
  await again.close();
});
