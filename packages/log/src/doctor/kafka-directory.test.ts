import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSimClock } from '@sluice/kernel/sim/clock';
import type { SimDisk } from '@sluice/kernel/sim/disk';
import { complaints } from '../testing/doctor-fixture.ts';
import { expectedOf, loadFixture } from '../testing/load-fixture.ts';
import { checkDirectory } from './check-directory.ts';

/** A clock shortly after Kafka wrote the fixtures. */
const clock = createSimClock({ startMs: Date.UTC(2026, 10, 21, 9) });

const check = (disk: SimDisk, isDeep = true) =>
  checkDirectory({ disk, clock, path: '/data', expected: undefined, isDeep });

for (const fixture of ['kafka-4.3.1-clean', 'kafka-4.3.1-killed']) {
  describe(`the data directory ${fixture}`, () => {
    test('is healthy, and nothing is written', async () => {
      const disk = await loadFixture(fixture);
      const before = disk.changeCount;
      const found = await check(disk);
      assert.equal(disk.changeCount, before);
      assert.deepEqual(complaints(found.findings), []);
      assert.equal(found.isOurs, false);
      assert.equal(found.state.hasCleanMark, fixture.endsWith('clean'));
      for (const [name, expected] of Object.entries(expectedOf(fixture))) {
        const partition = found.partitions.find(({ facts }) => facts.name === name);
        assert.equal(partition?.logEndOffset, expected.highWatermark, name);
        if (partition?.foretold !== undefined)
          assert.equal(partition.foretold.logEndOffset, expected.highWatermark, name);
      }
    });
  });
}

test('damage in a directory of Kafka is found as in ours', async () => {
  const disk = await loadFixture('kafka-4.3.1-clean');
  disk.flipByte('/data/compressed-0/00000000000000000000.log', 2000);
  for (const kind of [/\/orders-\d\/\d+\.timeindex$/, /\/ledger-0\/\d+\.txnindex$/]) {
    disk.flipByte(await firstOf(disk, kind), 10);
  }
  const found = await check(disk, false);
  const codes = complaints(found.findings).map(({ partition, code }) => `${partition} ${code}`);
  assert.deepEqual(codes, ['compressed-0 unreadable-batches', 'ledger-0 wrong-index', 'orders-0 wrong-index']);
});

async function firstOf(disk: SimDisk, kind: RegExp): Promise<string> {
  for (const path of disk.files().filter((each) => kind.test(each))) {
    if (((await disk.readFile(path))?.length ?? 0) > 10) return path;
  }
  return assert.fail(`no file ${kind}`);
}
