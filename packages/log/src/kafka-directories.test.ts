import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { silentLogger } from '@sluice/kernel/logger';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { createSimRandom } from '@sluice/kernel/sim/random';
import { DEFAULT_LOG_CONFIG } from './default-log-config.ts';
import { openLogDirectory } from './log-manager.ts';
import { createTailCache } from './tail-cache.ts';
import { consume } from './testing/consume-log.ts';
import { expectedOf, loadFixture } from './testing/load-fixture.ts';

const CLUSTER_ID = 'Pczo6qcHQlqyC9RwsOmxOw';

/** A clock shortly after Kafka wrote the fixtures. */
const clock = createSimClock({ startMs: Date.UTC(2026, 10, 21, 9) });

async function openFixture(fixture: string, disk?: Awaited<ReturnType<typeof loadFixture>>) {
  return openLogDirectory({
    disk: disk ?? (await loadFixture(fixture)),
    clock,
    random: createSimRandom(1),
    logger: silentLogger,
    path: '/data',
    clusterId: CLUSTER_ID,
    nodeId: 1,
    tailCache: createTailCache(0),
    durability: 'disk',
    configOf: (topic) => ({ ...DEFAULT_LOG_CONFIG, cleanupCompact: topic === 'compacted' }),
  });
}

for (const fixture of ['kafka-4.3.1-clean', 'kafka-4.3.1-killed']) {
  describe(`the data directory ${fixture}`, () => {
    test('gives back what Kafka gave', async () => {
      const directory = await openFixture(fixture);
      assert.deepEqual([...directory.unopened], []);
      for (const [name, expected] of Object.entries(expectedOf(fixture))) {
        const [, topic = '', partition = ''] = /^(.+)-(\d+)$/.exec(name) ?? [];
        const log = directory.get(topic, Number(partition))?.log;
        assert(log !== undefined, name);
        assert.equal(log.highWatermark, expected.highWatermark, `${name}: high watermark`);
        assert(log.logStartOffset >= expected.logStartOffset, `${name}: log start`);
        assert.deepEqual(await consume(log, false), expected.read_uncommitted, `${name}: all records`);
        assert.deepEqual(await consume(log, true), expected.read_committed, `${name}: committed records`);
      }
      await directory.close();
    });

    test('opens again, cleanly, after us', async () => {
      const disk = await loadFixture(fixture);
      await (await openFixture(fixture, disk)).close();
      const directory = await openFixture(fixture, disk);
      for (const [name, expected] of Object.entries(expectedOf(fixture))) {
        const [, topic = '', partition = ''] = /^(.+)-(\d+)$/.exec(name) ?? [];
        const log = directory.get(topic, Number(partition))?.log;
        assert(log !== undefined, name);
        assert.equal(log.logEndOffset, expected.highWatermark, name);
        assert.deepEqual(await consume(log, false), expected.read_uncommitted, `${name}: all records`);
      }
      await directory.close();
    });
  });
}
