import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assignedBy, createConsumerFixture } from '../../testing/consumer-fixture.ts';
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
