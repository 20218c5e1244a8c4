import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import {
  assignedBy,
  GROUP,
  openShareGroups,
  SESSION_TIMEOUT_MS,
  type ShareGroupFixture,
} from '../../testing/share-group-fixture.ts';
import { testTopicId } from '../../testing/test-topics.ts';
import { INITIALIZE_RETRY_INTERVAL_MS } from './initialize-partitions.ts';

/** Longer than `offsets.commit.timeout.ms`, shorter than a beginning waits to be tried again. */
const STANDSTILL_MS = 12_000;
const ALL_ORDERS = { orders: [0, 1, 2, 3] };

async function described(fixture: ShareGroupFixture) {
  const { groups } = await fixture.settled(fixture.groups.share.describe([GROUP]));
  return groups[0] ?? assert.fail();
}

describe('members of a share group', () => {
  it('get what their topics have once its state is begun', async () => {
    const fixture = await openShareGroups();
    const first = await fixture.beat('m', 0, ['orders']);
    assert.equal(first.memberEpoch, 2);
    assert.deepEqual(assignedBy(first), {});
    const next = await fixture.beat('m', 2);
    assert.equal(next.memberEpoch, 3);
    assert.deepEqual(assignedBy(next), ALL_ORDERS);
    assert.equal(assignedBy(await fixture.beat('m', 3)), undefined, 'nothing new');
    const state = await fixture.settled(
      fixture.store.readSummary({ groupId: GROUP, topicId: testTopicId('orders'), partition: 3 }),
    );
    assert.deepEqual(state, {
      response: { stateEpoch: 2, leaderEpoch: 0, startOffset: -1, deliveryCompleteCount: -1 },
    });
  });

  it('share what is fewer than they are', async () => {
    const fixture = await openShareGroups();
    assert.deepEqual(assignedBy(await fixture.join('m', 'bills')), { bills: [0] });
    assert.deepEqual(assignedBy(await fixture.join('n', 'bills')), { bills: [0] });
  });

  it('are out when they leave, and are silent for too long', async () => {
    const fixture = await openShareGroups();
    await fixture.join('m', 'orders');
    await fixture.join('n', 'orders');
    assert.equal((await fixture.beat('n', -1)).errorCode, ErrorCode.NONE);
    await fixture.settled(fixture.clock.advance(SESSION_TIMEOUT_MS - 1000));
    assert.equal((await described(fixture)).members.length, 1);
    await fixture.settled(fixture.clock.advance(2000));
    assert.equal((await described(fixture)).groupState, 'Empty');
    assert.equal((await fixture.beat('m', 3)).errorCode, ErrorCode.UNKNOWN_MEMBER_ID);
  });

  it('get partitions that a topic comes to have, and topics that are made later', async () => {
    const fixture = await openShareGroups();
    const joined = await fixture.join('m', 'bills', 'later');
    assert.deepEqual(assignedBy(joined), { bills: [0] });
    fixture.topics.put({ name: 'bills', partitionCount: 2 });
    fixture.topics.put({ name: 'later', partitionCount: 1 });
    let last = joined;
    for (let beats = 0; beats < 3; beats++) last = await fixture.beat('m', last.memberEpoch);
    assert.deepEqual(assignedBy(await fixture.beat('m', 0, ['bills', 'later'])), { bills: [0, 1], later: [0] });
  });

  it('may be one epoch behind, but no more, and not ahead', async () => {
    const fixture = await openShareGroups();
    const { memberEpoch } = await fixture.join('m', 'orders');
    assert.equal((await fixture.beat('m', memberEpoch - 1)).errorCode, ErrorCode.NONE);
    for (const epoch of [memberEpoch - 2, memberEpoch + 1]) {
      assert.equal((await fixture.beat('m', epoch)).errorCode, ErrorCode.FENCED_MEMBER_EPOCH);
    }
  });

  it('are no more than the group may have', async () => {
    const fixture = await openShareGroups({ groupSizeMax: 2 });
    await fixture.join('m', 'orders');
    await fixture.join('n', 'orders');
    assert.equal((await fixture.beat('o', 0, ['orders'])).errorCode, ErrorCode.GROUP_MAX_SIZE_REACHED);
    assert.equal((await fixture.beat('n', 0, ['orders'])).errorCode, ErrorCode.NONE);
  });

  it('are the same after a restart, and their sessions begin anew', async () => {
    const fixture = await openShareGroups();
    const { memberEpoch } = await fixture.join('m', 'orders');
    const before = await described(fixture);
    await fixture.reload();
    assert.deepEqual(await described(fixture), before);
    assert.equal((await fixture.beat('m', memberEpoch)).errorCode, ErrorCode.NONE);
    await fixture.reload();
    await fixture.settled(fixture.clock.advance(SESSION_TIMEOUT_MS + 1000));
    assert.equal((await described(fixture)).groupState, 'Empty');
  });

  /** The disk stands still for longer than a commit may take: members are told so, though all of it counts later. */
  async function afterStandstill(fixture: ShareGroupFixture, beat: () => Promise<{ errorCode: number }>) {
    fixture.slowDown(STANDSTILL_MS);
    const answer = beat();
    await fixture.settled(fixture.clock.advance(STANDSTILL_MS / 2));
    assert.equal((await answer).errorCode, ErrorCode.COORDINATOR_NOT_AVAILABLE);
    fixture.slowDown(0);
    await fixture.settled(fixture.clock.advance(STANDSTILL_MS));
  }

  it('get their partitions with the next heartbeat if the answer to the first came too late', async () => {
    const fixture = await openShareGroups();
    await afterStandstill(fixture, () => fixture.beat('m', 0, ['orders']));
    const again = await fixture.beat('m', 0, ['orders']);
    assert.equal(again.errorCode, ErrorCode.NONE);
    const next = await fixture.beat('m', again.memberEpoch);
    assert.deepEqual(assignedBy(next), ALL_ORDERS, 'without waiting until a beginning is tried again');
  });

  it('are told what was assigned to them if the answer that said so came too late', async () => {
    const fixture = await openShareGroups();
    const { memberEpoch } = await fixture.beat('m', 0, ['orders']);
    await afterStandstill(fixture, () => fixture.beat('m', memberEpoch));
    const next = await fixture.beat('m', memberEpoch);
    assert.equal(next.memberEpoch, memberEpoch + 1);
    assert.deepEqual(assignedBy(next), ALL_ORDERS);
    assert.equal(assignedBy(await fixture.beat('m', memberEpoch + 1)), undefined, 'nothing new');
  });

  it('wait for no assignment longer than its interval', async () => {
    const fixture = await openShareGroups({ assignmentIntervalMs: () => 1000 });
    await fixture.beat('m', 0, ['orders']);
    assert.deepEqual(assignedBy(await fixture.beat('m', 0, ['orders'])), {}, 'too soon');
    await fixture.settled(fixture.clock.advance(1000));
    assert.deepEqual(assignedBy(await fixture.beat('m', 0, ['orders'])), ALL_ORDERS);
  });
});

describe('share state of a group', () => {
  it('is asked for again after a while if it could not be begun', async () => {
    const fixture = await openShareGroups();
    fixture.loseState(true);
    await fixture.beat('m', 0, ['orders']);
    await fixture.settled(fixture.clock.advance(20_000));
    fixture.loseState(false);
    await fixture.clock.settle();
    assert.deepEqual(assignedBy(await fixture.join('m', 'orders')), ALL_ORDERS);
  });

  it('is asked for again after a restart that nobody answered', async () => {
    const fixture = await openShareGroups();
    fixture.loseState(true);
    await fixture.beat('m', 0, ['orders']);
    await fixture.reload();
    await fixture.settled(fixture.clock.advance(INITIALIZE_RETRY_INTERVAL_MS));
    assert.deepEqual(assignedBy(await fixture.join('m', 'orders')), ALL_ORDERS);
  });

  it('goes with its topic', async () => {
    const fixture = await openShareGroups();
    await fixture.join('m', 'orders', 'bills');
    fixture.topics.delete('orders');
    fixture.groups.onTopicsChanged(['orders']);
    await fixture.clock.settle();
    const { groups } = await fixture.settled(
      fixture.groups.share.describeOffsets({ groups: [{ groupId: GROUP, topics: null }] }),
    );
    assert.deepEqual(
      groups[0]?.topics.map(({ topicName }) => topicName),
      ['bills'],
    );
  });
});

describe('offsets of a share group', () => {
  const altered = (fixture: ShareGroupFixture, startOffset: number, partitionIndex = 0) =>
    fixture.settled(
      fixture.groups.share.alterOffsets({
        groupId: GROUP,
        topics: [{ topicName: 'orders', partitions: [{ partitionIndex, startOffset }] }],
      }),
    );
  const offsetsOf = async (fixture: ShareGroupFixture) => {
    const asked = { groups: [{ groupId: GROUP, topics: null }] };
    const { groups } = await fixture.settled(fixture.groups.share.describeOffsets(asked));
    return groups[0]?.topics.flatMap(({ topicName, partitions }) =>
      partitions.map(({ partitionIndex, startOffset, lag }) => ({ topicName, partitionIndex, startOffset, lag })),
    );
  };

  it('are altered while nobody is in it, whether it was there or not', async () => {
    const fixture = await openShareGroups();
    assert.equal((await altered(fixture, 42)).errorCode, ErrorCode.NONE);
    assert.deepEqual(await offsetsOf(fixture), [{ topicName: 'orders', partitionIndex: 0, startOffset: 42, lag: 58 }]);
    await fixture.join('m', 'orders');
    assert.equal((await altered(fixture, 0)).errorCode, ErrorCode.NON_EMPTY_GROUP);
    await fixture.beat('m', -1);
    assert.equal((await altered(fixture, 7)).errorCode, ErrorCode.NONE);
    await fixture.reload();
    assert.deepEqual((await offsetsOf(fixture))?.[0], {
      topicName: 'orders',
      partitionIndex: 0,
      startOffset: 7,
      lag: 93,
    });
  });

  it('are refused one by one where they could not be kept', async () => {
    const fixture = await openShareGroups();
    assert.equal(
      (await altered(fixture, 1, 9)).responses[0]?.partitions[0]?.errorCode,
      ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    );
    fixture.loseState(true);
    const answer = fixture.groups.share.alterOffsets({
      groupId: GROUP,
      topics: [{ topicName: 'orders', partitions: [{ partitionIndex: 0, startOffset: 1 }] }],
    });
    await fixture.settled(fixture.clock.advance(20_000));
    assert.equal((await answer).responses[0]?.partitions[0]?.errorCode, ErrorCode.NOT_COORDINATOR);
    fixture.loseState(false);
    assert.deepEqual(await offsetsOf(fixture), []);
  });

  it('are forgotten topic by topic', async () => {
    const fixture = await openShareGroups();
    await altered(fixture, 42);
    const forget = (topicName: string) =>
      fixture.settled(fixture.groups.share.deleteOffsets({ groupId: GROUP, topics: [{ topicName }] }));
    assert.equal((await forget('bills')).responses[0]?.errorCode, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    assert.equal((await forget('orders')).responses[0]?.errorCode, ErrorCode.NONE);
    assert.deepEqual(await offsetsOf(fixture), []);
    const key = { groupId: GROUP, topicId: testTopicId('orders'), partition: 0 };
    assert.deepEqual(await fixture.settled(fixture.store.read(key, -1)), {
      errorCode: ErrorCode.INVALID_REQUEST,
      message: 'The share partition is not initialized.',
    });
  });

  it('go with the group', async () => {
    const fixture = await openShareGroups();
    await fixture.join('m', 'orders');
    const deleted = () => fixture.settled(fixture.groups.deleteGroups([GROUP]));
    assert.equal((await deleted()).results[0]?.errorCode, ErrorCode.NON_EMPTY_GROUP);
    await fixture.beat('m', -1);
    assert.equal((await deleted()).results[0]?.errorCode, ErrorCode.NONE);
    assert.equal((await deleted()).results[0]?.errorCode, ErrorCode.GROUP_ID_NOT_FOUND);
    await fixture.reload();
    assert.equal((await described(fixture)).errorCode, ErrorCode.GROUP_ID_NOT_FOUND);
    const key = { groupId: GROUP, topicId: testTopicId('orders'), partition: 0 };
    assert.ok('errorCode' in (await fixture.settled(fixture.store.read(key, -1))));
  });
});

describe('a share group', () => {
  it('does not go by itself, however long it is empty', async () => {
    const fixture = await openShareGroups();
    await fixture.join('m', 'orders');
    await fixture.beat('m', -1);
    await fixture.settled(fixture.clock.advance(8 * 86_400_000));
    assert.equal((await described(fixture)).groupState, 'Empty');
  });
});
