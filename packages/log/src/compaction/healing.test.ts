import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { silentLogger } from '@sluice/kernel/logger';
import { createMetrics } from '@sluice/kernel/metrics-registry';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { fillUp, openFixture } from '../testing/compaction-fixture.ts';
import { createCompactor, DEFAULT_COMPACTOR_SETTINGS } from './compactor.ts';

/** A compactor of its own clock over a log that is worth compacting. */
async function fixture() {
  const { disk, directory, log, load } = await openFixture();
  await fillUp(log, load, 60);
  await directory.checkpoint();
  const clock = createSimClock();
  const metrics = createMetrics();
  const compactor = createCompactor({
    settings: DEFAULT_COMPACTOR_SETTINGS,
    clock,
    logger: silentLogger,
    metrics,
    directory: '/data',
    seed: 1,
    logs: () => directory.logs(),
    saveCleanedOffsets: async () => {},
  });
  const gauge = (name: string) => metrics.gauge(`kafka_log_${name}`, { logDirectory: '/data' }).value;
  return { disk, directory, log, load, clock, compactor, gauge };
}

describe('a log that cannot be compacted', () => {
  it('is left as it was, told, and compacted once what was wrong has passed', async () => {
    const { disk, directory, log, clock, compactor, gauge } = await fixture();
    const before = log.sizeBytes;
    const mend = disk.inject(({ kind, path }) =>
      kind === 'create' && path.endsWith('.cleaned') ? { kind: 'fail', tag: 'no-space' } : undefined,
    );
    await compactor.run();
    assert.equal(log.sizeBytes, before);
    assert.match([...compactor.failed.values()].join(), /no-space/);
    assert.equal(gauge('logcleanermanager_uncleanable_partitions_count'), 1);
    assert(gauge('logcleanermanager_uncleanable_bytes') > 0);
    assert(!disk.files().some((path) => /\.(cleaned|swap)$/.test(path)));

    mend();
    await compactor.run();
    assert.equal(log.sizeBytes, before, 'it is held back for a while');
    await clock.advance(60_000);
    await compactor.run();
    assert(log.sizeBytes < before);
    assert.equal(compactor.failed.size, 0);
    assert.equal(gauge('logcleanermanager_uncleanable_partitions_count'), 0);
    assert.equal(gauge('logcleanermanager_uncleanable_bytes'), 0);
    assert(gauge('logcleaner_cleaner_recopy_percent') < 100);
    await directory.close();
  });

  it('and is deleted from or not compacted any more is forgotten', async () => {
    const { disk, directory, log, compactor } = await fixture();
    disk.inject(({ path }) => (path.endsWith('.cleaned') ? { kind: 'fail', tag: 'io' } : undefined));
    await compactor.run();
    assert.equal(compactor.failed.size, 1);
    const [hosted] = directory.logs();
    assert(hosted !== undefined);
    await directory.remove(hosted.topic, hosted.partition);
    await compactor.run();
    assert.equal(compactor.failed.size, 0);
    assert.equal(log.failure === undefined, false);
    await directory.close();
  });
});
