import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { silentLogger } from '@sluice/kernel/logger';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { createSimRandom } from '@sluice/kernel/sim/random';
import { DEFAULT_LOG_CONFIG } from '@sluice/log/default-log-config';
import { openLogDirectory } from '@sluice/log/log-manager';
import { createTailCache } from '@sluice/log/tail-cache';
import { type ExpectedOffset, expectedOffsetsOf, loadFixture } from '@sluice/log/testing/load-fixture';
import { replay } from '../../runtime/replay.ts';
import { createOffsetsFixture } from '../../testing/offsets-fixture.ts';
import type { GroupRecord } from '../group-record.ts';
import { groupRecordSerde } from '../group-record-serde.ts';

const CLUSTER_ID = 'Pczo6qcHQlqyC9RwsOmxOw';
const PARTITION_COUNT = 5;

/** All that a Kafka wrote into its `__consumer_offsets`, as the runtime shows it to a shard. */
async function recordsOf(fixture: string): Promise<GroupRecord[]> {
  const clock = createSimClock({ startMs: Date.UTC(2026, 10, 21, 9) });
  const directory = await openLogDirectory({
    disk: await loadFixture(fixture),
    clock,
    random: createSimRandom(1),
    logger: silentLogger,
    path: '/data',
    clusterId: CLUSTER_ID,
    nodeId: 1,
    tailCache: createTailCache(0),
    durability: 'disk',
    configOf: () => ({ ...DEFAULT_LOG_CONFIG, cleanupCompact: true, cleanupDelete: false }),
  });
  const records: GroupRecord[] = [];
  for (let partition = 0; partition < PARTITION_COUNT; partition++) {
    const log = directory.get('__consumer_offsets', partition)?.log;
    assert(log !== undefined, `partition ${partition}`);
    const outcome = await replay<GroupRecord>({
      log,
      serde: groupRecordSerde,
      clock,
      apply: (record) => void records.push(record),
      onUnknownRecord: (key) => assert.fail(key.toString('hex')),
      isCancelled: () => false,
    });
    assert.equal(outcome.kind, 'done');
  }
  await directory.close();
  return records;
}

for (const name of ['kafka-4.3.1-clean', 'kafka-4.3.1-killed']) {
  describe(`the data directory ${name}`, () => {
    test('gives exactly the offsets that were committed to Kafka', async () => {
      const records = (await recordsOf(name)).filter(({ type }) => type === 'offset-commit');
      const { offsets, fetch, table } = createOffsetsFixture({ records, topicIds: new Map() });
      const expected = expectedOffsetsOf(name);
      assert.deepEqual([...table.values()].map(({ groupId }) => groupId).sort(), Object.keys(expected).sort());
      for (const [groupId, expectedOffsets] of Object.entries(expected)) {
        assert(offsets.hasOffsets(groupId));
        const actual = fetch({}, { groupId }).topics.flatMap(({ name: topic = '', partitions }) =>
          partitions.map(({ partitionIndex: partition, committedOffset: offset, metadata }): ExpectedOffset => {
            // librdkafka sends the text with its terminating NUL, and shows it without.
            return { topic, partition, offset, metadata: metadata?.replace(/\0$/, '') || null };
          }),
        );
        const sorted = expectedOffsets.toSorted((a, b) => a.partition - b.partition);
        assert.deepEqual(actual, sorted, groupId);
      }
    });
  });
}
