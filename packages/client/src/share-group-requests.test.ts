import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { describeShareGroups } from './describe-share-groups.ts';
import { KafkaError } from './kafka-error.ts';
import { alterShareGroupOffsets, deleteShareGroupOffsets, describeShareGroupOffsets } from './share-group-offsets.ts';
import { startFixture, TOPIC_ID } from './testing/cluster-fixture.ts';
import { coordinators, scriptOf } from './testing/group-script.ts';
import type { ScriptedRequest } from './testing/scripted-broker.ts';

const toFirst = coordinators(() => 1);
const where = (partitionIndex: number, startOffset: number, lag: number, errorCode = 0) => ({
  partitionIndex,
  startOffset,
  leaderEpoch: 3,
  lag,
  errorCode,
  errorMessage: null,
});

describe('share groups', () => {
  it('are described with their members; a group of another type has its error', async () => {
    const script = scriptOf({
      FindCoordinator: coordinators(() => 2),
      ShareGroupDescribe: ({ body }) => ({
        throttleTimeMs: 0,
        groups: (body as { groupIds: string[] }).groupIds.map((groupId) => ({
          errorCode: groupId === 'other' ? ErrorCode.GROUP_ID_NOT_FOUND : 0,
          errorMessage: null,
          groupId,
          groupState: 'Stable',
          groupEpoch: 3,
          assignmentEpoch: 2,
          assignorName: 'simple',
          members: [
            {
              memberId: 'm',
              rackId: null,
              memberEpoch: 2,
              clientId: 'c',
              clientHost: '/h',
              subscribedTopicNames: ['orders'],
              assignment: { topicPartitions: [{ topicId: TOPIC_ID, topicName: 'orders', partitions: [0, 1] }] },
            },
          ],
        })),
      }),
    });
    const { cluster, settled } = await startFixture(script, script);
    const described = await settled(describeShareGroups(cluster, ['jobs', 'other']));
    const [jobs, other] = [described.get('jobs'), described.get('other')];
    assert(jobs !== undefined && !(jobs instanceof KafkaError));
    assert.deepEqual([jobs.type, jobs.state, jobs.coordinator, jobs.groupEpoch], ['share', 'Stable', 2, 3]);
    assert.deepEqual(
      jobs.members.map(({ memberId, epoch, assignment }) => [memberId, epoch, assignment.length]),
      [['m', 2, 2]],
    );
    assert(other instanceof KafkaError && other.code === ErrorCode.GROUP_ID_NOT_FOUND);
  });

  it('tell where they are; what they have not begun, or nobody knows, is null', async () => {
    const script = scriptOf({
      FindCoordinator: toFirst,
      DescribeShareGroupOffsets: () => ({
        throttleTimeMs: 0,
        groups: [
          {
            groupId: 'jobs',
            errorCode: 0,
            errorMessage: null,
            topics: [
              {
                topicName: 'orders',
                topicId: TOPIC_ID,
                partitions: [where(0, 7, 4), where(1, -1, -1), where(2, 0, -1, ErrorCode.LEADER_NOT_AVAILABLE)],
              },
            ],
          },
        ],
      }),
    });
    const { cluster, settled } = await startFixture(script, script);
    const offsets = (await settled(describeShareGroupOffsets(cluster, ['jobs']))).get('jobs');
    assert(offsets !== undefined && !(offsets instanceof KafkaError));
    assert.deepEqual(
      offsets.map(({ startOffset, lag, error }) => [startOffset, lag, error?.codeName]),
      [
        [7, 4, undefined],
        [null, null, undefined],
        [null, null, 'LEADER_NOT_AVAILABLE'],
      ],
    );
  });

  it('are moved and forget again where the coordinator was on its way', async () => {
    let attempts = 0;
    const answer = (partitionIndex: number, errorCode: number) => ({ partitionIndex, errorCode, errorMessage: null });
    const script = scriptOf({
      FindCoordinator: toFirst,
      AlterShareGroupOffsets: ({ body }: ScriptedRequest) => {
        attempts++;
        const { topics } = body as { topics: { topicName: string; partitions: { startOffset: number }[] }[] };
        assert.deepEqual(
          topics.map(({ topicName, partitions }) => [topicName, partitions.map(({ startOffset }) => startOffset)]),
          [['orders', [5, 9]]],
        );
        const first = attempts === 1 ? ErrorCode.NOT_COORDINATOR : 0;
        return {
          throttleTimeMs: 0,
          errorCode: 0,
          errorMessage: null,
          responses: [
            {
              topicName: 'orders',
              topicId: TOPIC_ID,
              partitions: [answer(0, first), answer(1, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)],
            },
          ],
        };
      },
      DeleteShareGroupOffsets: () => ({
        throttleTimeMs: 0,
        errorCode: ErrorCode.NON_EMPTY_GROUP,
        errorMessage: 'busy',
        responses: [],
      }),
    });
    const { cluster, settled } = await startFixture(script, script);
    const offsets = [5, 9].map((offset, partition) => ({ topic: 'orders', partition, offset }));
    const results = await settled(alterShareGroupOffsets(cluster, 'jobs', offsets));
    assert.deepEqual(
      results.map(({ error }) => error?.codeName),
      [undefined, 'UNKNOWN_TOPIC_OR_PARTITION'],
    );
    assert.equal(attempts, 2);
    await assert.rejects(settled(deleteShareGroupOffsets(cluster, 'jobs', ['orders'])), {
      code: ErrorCode.NON_EMPTY_GROUP,
      brokerMessage: 'busy',
    });
  });
});
