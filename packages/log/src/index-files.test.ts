import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimDisk } from '@sluice/kernel/sim/disk';
import { append, batchOf, openTestLog, SMALL_SEGMENTS } from './testing/test-log.ts';
import { TIME_INDEX_ENTRY_SIZE_BYTES } from './time-index.ts';

const BASE_MS = 1_700_000_000_000;

for (const [name, sizeOf] of [
  ['has lost its last entry', (sizeBytes: number) => sizeBytes - TIME_INDEX_ENTRY_SIZE_BYTES],
  ['has lost all of them', () => 0],
  ['has kept no more than a zero', () => 1],
] as const) {
  test(`a time index that ${name} does not hide what it named`, async () => {
    const disk = createSimDisk();
    const config = SMALL_SEGMENTS;
    const before = await openTestLog({ disk, config });
    for (let index = 0; index < 12; index++) {
      append(before, batchOf(['x'.repeat(200)], { timestampMs: BASE_MS + index * 1000 }));
    }
    await before.close();
    const { recoveryPoint } = before;
    const [path = ''] = disk.files().filter((each) => each.endsWith('.timeindex'));
    const file = await disk.open(path, 'update');
    await file.truncate(sizeOf(await file.size()));
    await file.close();

    const recovery = { cleanShutdown: true, recoveryPoint, logStartOffset: 0 };
    const log = await openTestLog({ disk, config, recovery });
    for (let index = 0; index < 12; index++) {
      const found = await log.offsetForTimestamp({ kind: 'time', timestampMs: BASE_MS + index * 1000 });
      assert.equal(found?.offset, index);
    }
    await log.close();
  });
}
