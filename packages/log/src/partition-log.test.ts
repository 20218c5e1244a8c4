import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSimDisk } from '@sluice/kernel/sim/disk';
import {
  append,
  batchOf,
  durable,
  openTestLog,
  readAll,
  readBytes,
  recordsOf,
  SMALL_SEGMENTS,
  written,
} from './testing/test-log.ts';

describe('a partition log', () => {
  for (const cacheSizeBytes of [0, 1024 * 1024]) {
    test(`gives back what was appended, cache of ${cacheSizeBytes}`, async () => {
      const log = await openTestLog({ disk: createSimDisk(), cacheSizeBytes });
      assert.equal(append(log, batchOf(['a', 'b'])), 0);
      assert.equal(append(log, batchOf(['c'])), 2);
      assert.equal(log.logEndOffset, 3);
      await written(log);
      assert.deepEqual(await readAll(log), [
        { offset: 0, value: 'a' },
        { offset: 1, value: 'b' },
        { offset: 2, value: 'c' },
      ]);
      await log.close();
    });

    test(`returns the whole batch that holds an offset, cache of ${cacheSizeBytes}`, async () => {
      const log = await openTestLog({ disk: createSimDisk(), cacheSizeBytes, config: SMALL_SEGMENTS });
      const expected: number[][] = [];
      for (let batch = 0; batch < 40; batch++) {
        const values = Array.from({ length: 1 + (batch % 3) }, (_, index) => `${batch}-${index}`);
        const codec = (['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)[batch % 5] ?? 'none';
        const first = append(log, batchOf(values, { codec }));
        for (const _ of values) expected.push(values.map((_, index) => first + index));
      }
      await durable(log);
      assert(log.segmentCount > 3);
      for (let offset = 0; offset < log.logEndOffset; offset++) {
        const read = recordsOf(await readBytes(log, offset, { maxBytes: 1 }));
        assert.deepEqual(
          read.map((record) => record.offset),
          expected[offset],
          `offset ${offset}`,
        );
      }
      await log.close();
    });
  }

  test('continues after a clean stop', async () => {
    const disk = createSimDisk();
    const log = await openTestLog({ disk, config: SMALL_SEGMENTS });
    for (let index = 0; index < 30; index++) append(log, batchOf([`v${index}`]));
    await log.close();
    const recovery = { cleanShutdown: true, recoveryPoint: log.recoveryPoint, logStartOffset: 0 };
    const again = await openTestLog({ disk, config: SMALL_SEGMENTS, recovery });
    assert.equal(again.logEndOffset, 30);
    assert.equal(append(again, batchOf(['more'])), 30);
    await written(again);
    assert.equal((await readAll(again)).length, 31);
    await again.close();
  });
});
