import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { ConsumerGroupHeartbeatResponseInput } from '@sluice/protocol/generated/messages/consumer-group-heartbeat-response';
import { assignedBy, createConsumerFixture } from '../../testing/consumer-fixture.ts';
import { openCoordinator } from '../../testing/coordinator-fixture.ts';
import { createTestTopics } from '../../testing/test-topics.ts';
import { ASSIGNMENT_BACKOFF_MS_MAX, ASSIGNMENT_BACKOFF_MS_MIN } from './target-assignment.ts';

/** Orders, whose partitions cannot be counted while they are cursed: whatever assigns them fails. */
function cursedTopics() {
  const topics = createTestTopics({ name: 'orders', partitionCount: 4 });
  const curse = { isOn: false, attempts: 0 };
  const byId: typeof topics.byId = (id) => {
    const topic = topics.byId(id);
    if (topic === undefined || !curse.isOn) return topic;
    return {
      ...topic,
      get partitionCount(): number {
        curse.attempts++;
        throw new Error('cursed');
      },
    };
  };
  // The version is a getter: a copy would stand still.
  return { topics: Object.assign(Object.create(topics) as typeof topics, { byId }), curse };
}

describe('consumer groups: a target that cannot be computed', () => {
  test('is tried again after a while, then after twice as long; members keep what they have meanwhile', async () => {
    const { topics, curse } = cursedTopics();
    const fixture = createConsumerFixture({ topics });
    fixture.joinAs('a');
    curse.isOn = true;
    assert.throws(() => fixture.joinAs('b'), /cursed/);
    for (let beat = 0; beat < 10; beat++) assert.equal(fixture.heartbeat('a', 2).errorCode, 0);
    assert.equal(curse.attempts, 1);

    await fixture.clock.advance(ASSIGNMENT_BACKOFF_MS_MIN);
    assert.throws(() => fixture.heartbeat('a', 2), /cursed/);
    await fixture.clock.advance(2 * ASSIGNMENT_BACKOFF_MS_MIN - 1);
    assert.equal(fixture.heartbeat('a', 2).memberEpoch, 2);
    assert.equal(curse.attempts, 2);

    curse.isOn = false;
    await fixture.clock.advance(1);
    const told = fixture.heartbeat('a', 2);
    assert.deepEqual(assignedBy(told, topics)?.orders?.length, 2, 'it gives half of them up');
    assert.equal(fixture.group().assignmentEpoch, 3);
  });

  test('is tried at least every minute', async () => {
    const { topics, curse } = cursedTopics();
    const fixture = createConsumerFixture({
      topics,
      settings: { sessionTimeoutMs: () => 10 * ASSIGNMENT_BACKOFF_MS_MAX },
    });
    fixture.joinAs('a');
    curse.isOn = true;
    assert.throws(() => fixture.joinAs('b'), /cursed/);
    for (let attempt = 2; attempt < 12; attempt++) {
      await fixture.clock.advance(ASSIGNMENT_BACKOFF_MS_MAX);
      assert.throws(() => fixture.heartbeat('a', 2), /cursed/);
      assert.equal(curse.attempts, attempt);
    }
  });
});

test('members that come together share one target, each at an epoch of its own in the log', async () => {
  const { coordinator, clock, reload, log } = await openCoordinator();
  await reload();
  const joins = ['a', 'b', 'c', 'd'].map((memberId) =>
    coordinator.heartbeatOfConsumer(
      {
        groupId: 'group',
        memberId,
        memberEpoch: 0,
        instanceId: null,
        rackId: null,
        rebalanceTimeoutMs: 60_000,
        subscribedTopicNames: ['orders'],
        subscribedTopicRegex: null,
        serverAssignor: null,
        topicPartitions: [],
        unknownTaggedFields: [],
      },
      { apiVersion: 1, clientId: 'client', clientHost: '/127.0.0.1' },
    ),
  );
  await clock.settle();
  const responses: ConsumerGroupHeartbeatResponseInput[] = await Promise.all(joins);
  for (const { errorCode, memberEpoch, assignment } of responses) {
    assert.equal(errorCode, ErrorCode.NONE);
    assert.equal(memberEpoch, 5);
    assert.equal(assignment?.topicPartitions[0]?.partitions.length, 1, 'nobody has to give anything up');
  }
  assert.equal(log.highWatermark, log.logEndOffset);
  await coordinator.close();
  await log.close();
});
