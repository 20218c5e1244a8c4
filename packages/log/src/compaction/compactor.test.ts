import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { silentLogger } from '@sluice/kernel/logger';
import { createMetrics } from '@sluice/kernel/metrics-registry';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { fillUp, openFixture } from '../testing/compaction-fixture.ts';
import { createCompactor, DEFAULT_COMPACTOR_SETTINGS } from './compactor.ts';

describe('the compactor', () => {
  it('bug: stops at once while its rate limit has it wait', async () => {
    const { directory, log, load } = await openFixture();
    await fillUp(log, load, 60);
    await directory.checkpoint();
    const compactor = createCompactor({
      settings: { ...DEFAULT_COMPACTOR_SETTINGS, bytesPerSecondMax: 1 },
      clock: createSimClock(),
      logger: silentLogger,
      metrics: createMetrics(),
      directory: '/data',
      seed: 1,
      logs: () => directory.logs(),
      saveCleanedOffsets: async () => {},
    });
    const before = log.sizeBytes;
    void compactor.run();
    await new Promise(setImmediate);
    compactor.stop();
    await compactor.idle();
    assert.equal(log.sizeBytes, before);
    assert.equal(compactor.failed.size, 0);
    await directory.close();
  });
});
