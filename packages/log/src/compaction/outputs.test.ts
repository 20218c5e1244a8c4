import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSimDisk } from '@sluice/kernel/sim/disk';
import { buildBatch } from '@sluice/protocol/records/build-batch';
import { DEFAULT_LOG_CONFIG } from '../default-log-config.ts';
import { compactorOf, fillUp, keyed, type lastValueOf, openFixture } from '../testing/compaction-fixture.ts';
import { COMPACTED, newWorkload } from '../testing/compaction-model.ts';
import { append, durable, keyedRecordsOf, readBytesFrom } from '../testing/test-log.ts';

/** Where nothing else is said, each tombstone makes its batch larger once it gets a horizon. */
async function fixtureOf(outputSizeBytesMax: number) {
  const { disk, directory, log, load } = await openFixture();
  // Of different times, so that their distance to the horizon takes more bytes than that to each other.
  for (let index = 0; index < 24; index++) {
    keyed(
      log,
      [
        [`gone-${index}`, null],
        [`kept-${index}`, 'value'],
      ],
      load.clock.now(),
    );
  }
  await fillUp(log, load, 12);
  await directory.checkpoint();
  const compactor = compactorOf(directory, { outputSizeBytesMax });
  return { disk, directory, log, load, compactor };
}

async function keysOf(log: Parameters<typeof lastValueOf>[0]): Promise<string[]> {
  return keyedRecordsOf(await readBytesFrom(log, 0)).map(({ key }) => key);
}

describe('the output of a compaction', () => {
  it('stays within what the index can say: segments that grow together are compacted alone, then without growing', async () => {
    const free = await fixtureOf(Number.POSITIVE_INFINITY);
    await free.compactor.run();
    const tight = await fixtureOf(COMPACTED.segmentSizeBytes);
    await tight.compactor.run();
    assert.equal(tight.compactor.failed.size, 0, [...tight.compactor.failed.values()].join());
    const sizes = tight.disk
      .files()
      .filter((path) => path.includes('accounts-0') && path.endsWith('.log'))
      .map(async (path) => (await tight.disk.stat(path))?.sizeBytes ?? 0);
    for (const sizeBytes of await Promise.all(sizes))
      assert(sizeBytes <= COMPACTED.segmentSizeBytes, String(sizeBytes));
    assert.deepEqual(await keysOf(tight.log), await keysOf(free.log));
    await free.directory.close();
    await tight.directory.close();
  });

  it('that cannot be made to fit is given up and told', async () => {
    const { directory, log, compactor } = await fixtureOf(100);
    const before = await keysOf(log);
    await compactor.run();
    assert.match([...compactor.failed.values()].join(), /too large/);
    assert.deepEqual(await keysOf(log), before);
    await directory.close();
  });

  it('keeps the time of the last write, which retention goes by where records have no timestamps', async () => {
    const load = newWorkload();
    const disk = createSimDisk({ clock: load.clock });
    const { directory, log } = await openFixture(disk, load);
    for (let index = 0; index < 40; index++) {
      append(log, buildBatch([{ key: `key-${index % 3}`, value: 'x'.repeat(60), timestampMs: -1 }]), {
        durable: true,
        nowMs: load.clock.now(),
      });
    }
    await durable(log);
    const writtenMs = load.clock.now();
    await load.clock.advance(3_600_000);
    await directory.checkpoint();
    await directory.compact();
    assert.equal((await disk.stat(`${log.directory}/00000000000000000000.log`))?.modifiedMs, writtenMs);
    log.reconfigure({ ...COMPACTED, cleanupDelete: true, retentionMs: 3_600_000 - 1 });
    await log.applyRetention();
    assert(log.logStartOffset > 0, 'it is as old as its records');
    await directory.close();
  });

  it('has the codec of its input, at the default level', async () => {
    const { directory, log, load } = await openFixture();
    const value = 'the same again and again, '.repeat(20);
    log.reconfigure({ ...COMPACTED, compressionType: 'zstd', compressionZstdLevel: 22 });
    append(
      log,
      buildBatch(
        [
          { key: 'key-0', value, timestampMs: 1 },
          { key: 'lone', value, timestampMs: 1 },
        ],
        { codec: 'zstd' },
      ),
      { durable: true, nowMs: load.clock.now() },
    );
    await fillUp(log, load, 30);
    await directory.checkpoint();
    await directory.compact();
    const bytes = await readBytesFrom(log, 0);
    const expected = buildBatch([{ key: 'lone', value, timestampMs: 1, offsetDelta: 1 }], {
      codec: 'zstd',
      partitionLeaderEpoch: 0,
    });
    assert.deepEqual(bytes.subarray(0, expected.length), expected);
    assert.equal(DEFAULT_LOG_CONFIG.compressionZstdLevel, 3);
    await directory.close();
  });
});
