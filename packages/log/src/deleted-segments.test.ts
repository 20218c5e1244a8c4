import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createSimDisk } from '@sluice/kernel/sim/disk';
import { append, batchOf, DIRECTORY, durable, openTestLog, readAll, SMALL_SEGMENTS } from './testing/test-log.ts';

it('bug: a hole below the log start, which a crash left of a deletion, costs nothing behind it', async () => {
  const disk = createSimDisk();
  const log = await openTestLog({ disk, config: SMALL_SEGMENTS });
  for (let index = 0; index < 60; index++)
    append(log, batchOf([`value-${index}-${'x'.repeat(60)}`]), { durable: true });
  await durable(log);
  await log.close();
  const bases = (await disk.list(DIRECTORY))
    .filter((name) => name.endsWith('.log'))
    .map((name) => Number.parseInt(name, 10));
  const [, second, third] = bases;
  assert(second !== undefined && third !== undefined && bases.length > 3);
  await disk.unlink(`${DIRECTORY}/${String(second).padStart(20, '0')}.log`);
  const recovery = { cleanShutdown: false, recoveryPoint: 0, logStartOffset: third };
  const reopened = await openTestLog({ disk, config: SMALL_SEGMENTS, recovery });
  assert.equal(reopened.logStartOffset, third);
  assert.equal((await readAll(reopened)).length, 60 - third);
  await reopened.close();
});
