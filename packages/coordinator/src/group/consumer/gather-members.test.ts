import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { type CoordinatorFixture, contextOf, openCoordinator } from '../../testing/coordinator-fixture.ts';
import { GATHER_MS_MAX } from './gather-members.ts';

const joinAs = ({ coordinator }: CoordinatorFixture, memberId: string, subscribedTopicRegex: string | null = null) =>
  coordinator.heartbeatOfConsumer(
    {
      groupId: 'group',
      memberId,
      memberEpoch: 0,
      instanceId: null,
      rackId: null,
      rebalanceTimeoutMs: 60_000,
      subscribedTopicNames: subscribedTopicRegex === null ? ['orders'] : null,
      subscribedTopicRegex,
      serverAssignor: null,
      topicPartitions: [],
      unknownTaggedFields: [],
    },
    contextOf(1),
  );

type Answer = Awaited<ReturnType<typeof joinAs>>;

function assertSharesOneTarget(answers: readonly Answer[]): void {
  for (const { errorCode, memberEpoch, assignment } of answers) {
    assert.equal(errorCode, ErrorCode.NONE);
    assert.equal(memberEpoch, 5, 'the first makes it 2');
    assert.equal(assignment?.topicPartitions[0]?.partitions.length, 1, 'nobody has to give anything up');
  }
}

async function close({ coordinator, log }: CoordinatorFixture): Promise<void> {
  assert.equal(log.highWatermark, log.logEndOffset);
  await coordinator.close();
  await log.close();
}

describe('consumer groups: members that start together', () => {
  test('share one target, each at an epoch of its own in the log', async () => {
    const fixture = await openCoordinator();
    await fixture.reload();
    const joins = ['a', 'b', 'c', 'd'].map((memberId) => joinAs(fixture, memberId));
    await fixture.clock.settle();
    assertSharesOneTarget(await Promise.all(joins));
    await close(fixture);
  });

  test('share it too if they come while the first one is made durable', async () => {
    const fixture = await openCoordinator();
    await fixture.reload();
    const heal = fixture.disk.inject(({ kind }) => (kind === 'sync' ? { kind: 'delay', delayMs: 5 } : undefined));
    const joins = [joinAs(fixture, 'a')];
    for (const memberId of ['b', 'c', 'd']) {
      await fixture.clock.advance(1);
      joins.push(joinAs(fixture, memberId));
    }
    await fixture.clock.advance(20);
    assertSharesOneTarget(await Promise.all(joins));
    heal();
    await close(fixture);
  });

  test('are not waited for by one with a new pattern: what that matches is told by a later answer, as by Kafka', async () => {
    const fixture = await openCoordinator();
    await fixture.reload();
    const joined = joinAs(fixture, 'a', 'ord.*');
    await fixture.clock.settle();
    const { memberEpoch, assignment } = await joined;
    assert.deepEqual([memberEpoch, assignment?.topicPartitions], [1, []]);
    await close(fixture);
  });

  test('are not waited for longer than for a moment', async () => {
    const fixture = await openCoordinator();
    await fixture.reload();
    const syncMs = 12;
    const heal = fixture.disk.inject(({ kind }) => (kind === 'sync' ? { kind: 'delay', delayMs: syncMs } : undefined));
    let first: Answer | undefined;
    const joins = [joinAs(fixture, 'first').then((answer) => (first = answer))];
    let elapsedMs = 0;
    for (; elapsedMs < GATHER_MS_MAX + 2 * syncMs; elapsedMs += syncMs - 1) {
      await fixture.clock.advance(syncMs - 1);
      joins.push(joinAs(fixture, `${elapsedMs}`));
    }
    assert(first !== undefined, `answered, though members have come for ${elapsedMs} ms`);
    await fixture.clock.advance(200);
    await Promise.all(joins);
    heal();
    await close(fixture);
  });
});
