import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readBytes } from '@sluice/log/testing/test-log';
import { recordCount } from '@sluice/protocol/records/batch-header';
import { walkBatches } from '@sluice/protocol/records/walk-batches';
import { type CoordinatorFixture, contextOf, ORDERS, openCoordinator } from '../testing/coordinator-fixture.ts';
import { DELETED_OFFSETS_PER_STEP_MAX } from './delete-group.ts';
import { FETCH_SLICE_OFFSETS_MAX } from './offsets/fetch-offsets.ts';

const COMMIT_PARTITIONS_MAX = 4000;

async function withOffsets(count: number): Promise<CoordinatorFixture> {
  const fixture = await openCoordinator();
  // Turns of the event loop, as on a machine: whoever comes in between is served in between.
  Object.assign(fixture.clock, { soon: setImmediate });
  await fixture.reload();
  for (let from = 0; from < count; from += COMMIT_PARTITIONS_MAX) {
    const partitions = Array.from({ length: Math.min(COMMIT_PARTITIONS_MAX, count - from) }, (_, index) => ({
      partitionIndex: from + index,
      committedOffset: from + index,
      committedLeaderEpoch: -1,
      committedMetadata: '',
    }));
    const request = {
      groupId: 'large',
      generationIdOrMemberEpoch: -1,
      memberId: '',
      groupInstanceId: null,
      retentionTimeMs: -1,
      topics: [{ name: ORDERS.name, topicId: 'AAAAAAAAAAAAAAAAAAAAAA', partitions }],
    };
    const { topics } = await fixture.coordinator.commitOffsets(request, contextOf(9));
    assert(topics[0]?.partitions.every(({ errorCode }) => errorCode === 0));
  }
  return fixture;
}

const fetchAll = ({ coordinator }: CoordinatorFixture, partitionIndexes?: number[]) => {
  const topics =
    partitionIndexes === undefined
      ? null
      : [{ name: ORDERS.name, topicId: 'AAAAAAAAAAAAAAAAAAAAAA', partitionIndexes }];
  return coordinator.fetchOffsets({ groupId: 'large', memberId: null, memberEpoch: -1, topics }, false, contextOf(9));
};

const askOther = ({ coordinator }: CoordinatorFixture) =>
  coordinator.heartbeat({ groupId: 'other', generationId: 1, memberId: 'm', groupInstanceId: null }, contextOf(4));

describe('a group with very many offsets', () => {
  for (const count of [DELETED_OFFSETS_PER_STEP_MAX, 5 * DELETED_OFFSETS_PER_STEP_MAX + 1]) {
    test(`its ${count} offsets are deleted step by step, and all are gone when that is answered`, async () => {
      const fixture = await withOffsets(count);
      const from = fixture.log.logEndOffset;
      const { results } = await fixture.coordinator.deleteGroups(['large']);
      assert.deepEqual(results, [{ groupId: 'large', errorCode: 0 }]);
      const bytes = await readBytes(fixture.log, from, { upTo: 'log-end' });
      const counts: number[] = [];
      for (const batch of walkBatches(bytes)) {
        assert(batch.kind === 'batch');
        counts.push(recordCount(bytes, batch.position));
      }
      assert(Math.max(...counts) <= 2 * DELETED_OFFSETS_PER_STEP_MAX + 1, `two steps of one turn at most: ${counts}`);
      assert.equal(
        counts.reduce((sum, each) => sum + each),
        count + 1,
        'and the group',
      );
      assert.deepEqual((await fetchAll(fixture)).topics, []);
      await fixture.reload();
      assert.deepEqual((await fetchAll(fixture)).topics, []);
      await fixture.log.close();
    });
  }

  test('it stays with the rest of them if it is no longer empty before they are gone', async () => {
    const fixture = await withOffsets(5 * DELETED_OFFSETS_PER_STEP_MAX);
    const deletion = fixture.coordinator.deleteGroups(['large']);
    const joined = fixture.coordinator.heartbeatOfConsumer(
      {
        groupId: 'large',
        memberId: 'member',
        memberEpoch: 0,
        instanceId: null,
        rackId: null,
        rebalanceTimeoutMs: 60_000,
        subscribedTopicNames: [ORDERS.name],
        subscribedTopicRegex: null,
        serverAssignor: null,
        topicPartitions: [],
      },
      contextOf(1),
    );
    assert.equal((await joined).errorCode, 0);
    assert.equal((await deletion).results[0]?.errorCode, 68);
    assert.equal((await fetchAll(fixture)).topics[0]?.partitions.length, 4 * DELETED_OFFSETS_PER_STEP_MAX);
    await fixture.log.close();
  });

  for (const [what, asked] of [
    ['all', undefined],
    ['each', Array.from({ length: FETCH_SLICE_OFFSETS_MAX + 1 }, (_, index) => index)],
  ] as const) {
    test(`whoever asks for ${what} of its offsets is answered after others that came behind`, async () => {
      const fixture = await withOffsets(FETCH_SLICE_OFFSETS_MAX + 1);
      const order: string[] = [];
      const fetched = fetchAll(fixture, asked === undefined ? undefined : [...asked]);
      const other = askOther(fixture);
      void fetched.then(() => order.push('fetched'));
      void other.then(() => order.push('other'));
      const partitions = (await fetched).topics[0]?.partitions ?? [];
      assert.deepEqual(order, ['other', 'fetched']);
      assert.equal(partitions.length, FETCH_SLICE_OFFSETS_MAX + 1);
      assert(partitions.every(({ partitionIndex, committedOffset }) => partitionIndex === committedOffset));
      await fixture.log.close();
    });
  }
});
