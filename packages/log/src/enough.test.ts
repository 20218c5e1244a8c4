import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createSimDisk } from '@sluice/kernel/sim/disk';
import { append, batchOf, openTestLog, readBytes, recordsOf, SMALL_SEGMENTS, written } from './testing/test-log.ts';

it('a read ends behind the batch that has enough, and the next one begins there without a look at the index', async () => {
  const disk = createSimDisk();
  const log = await openTestLog({ disk, config: { ...SMALL_SEGMENTS, segmentSizeBytes: 1_000_000 } });
  for (let index = 0; index < 30; index++) append(log, batchOf([`${index}a`, `${index}b`]));
  await written(log);
  const reads: string[] = [];
  disk.inject(({ kind, path }) => {
    if (kind === 'read') reads.push(path);
    return undefined;
  });
  const first = recordsOf(await readBytes(log, 0, { enoughAt: 20 }));
  assert.equal(first.at(-1)?.offset, 21, 'the batch that holds it is whole');
  reads.length = 0;
  assert.equal(recordsOf(await readBytes(log, 22, { enoughAt: 22 })).length, 2);
  assert.equal(reads.length, 1);
  assert.equal(recordsOf(await readBytes(log, 24, { enoughAt: 1_000 })).at(-1)?.offset, 59, 'there is no more');
  await log.close();
});
