import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimDisk } from '@sluice/kernel/sim/disk';
import { CACHED_BATCHES_MAX } from './producer-entry.ts';
import { append, appendOptions, batchOf, durable, openTestLog, readAll, SMALL_SEGMENTS } from './testing/test-log.ts';

/** Fills a segment of its own. */
function large(baseSequence: number): Buffer {
  return batchOf(['x'.repeat(800)], { producerId: 7, producerEpoch: 0, baseSequence });
}

test('retries of all batches in flight are known for what they are, though segments were rolled between them', async () => {
  const disk = createSimDisk();
  const log = await openTestLog({ disk, config: SMALL_SEGMENTS });
  for (let sequence = 0; sequence < CACHED_BATCHES_MAX; sequence++) append(log, large(sequence), { durable: true });
  await durable(log);
  await log.checkpoint();
  const { recoveryPoint } = log;
  assert.ok(log.segmentCount >= CACHED_BATCHES_MAX - 1);
  assert.equal(recoveryPoint, CACHED_BATCHES_MAX);
  await log.abandon();

  const recovery = { cleanShutdown: false, recoveryPoint, logStartOffset: 0 };
  const again = await openTestLog({ disk, config: SMALL_SEGMENTS, recovery });
  for (let sequence = 0; sequence < CACHED_BATCHES_MAX; sequence++) {
    const result = again.append(large(sequence), appendOptions());
    assert(result.kind === 'duplicate', JSON.stringify(result));
    assert.equal(result.firstOffset, sequence);
  }
  append(again, large(CACHED_BATCHES_MAX));
  await again.close();
});

test('a log start is seen to rise only once it survives a kill', async () => {
  const persisted = Promise.withResolvers<void>();
  const asked: number[] = [];
  const log = await openTestLog({
    disk: createSimDisk(),
    hooks: {
      persistLogStartOffset(offset) {
        asked.push(offset);
        return persisted.promise;
      },
    },
  });
  append(log, batchOf(['a', 'b', 'c']), { durable: true });
  await durable(log);
  const deletion = log.deleteRecordsBelow(2);
  assert.deepEqual([asked, log.logStartOffsetWanted, log.logStartOffset], [[2], 2, 0]);
  assert.equal((await readAll(log)).length, 3);
  persisted.resolve();
  await deletion;
  assert.equal(log.logStartOffset, 2);
  await log.close();
});
