import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { type ConsumerFixture, createConsumerFixture } from '../../testing/consumer-fixture.ts';
import { GROUP_TOPICS_MAX, SUBSCRIPTION_SIZE_CHARS_MAX, SUBSCRIPTION_TOPICS_MAX } from './subscription-size.ts';

/** So many names from number `first` on, each of so many characters. */
function namesOf(count: number, first = 0, sizeChars = 6): string[] {
  return Array.from({ length: count }, (_, index) => String(first + index).padStart(sizeChars, 't'));
}

function assertRefused(fixture: ConsumerFixture, memberId: string, subscribedTopicNames: readonly string[]): void {
  const written = fixture.records.length;
  const members = fixture.group().members.size;
  const { errorCode } = fixture.joinAs(memberId, { subscribedTopicNames });
  assert.equal(errorCode, ErrorCode.UNKNOWN_SERVER_ERROR);
  assert.equal(fixture.records.length, written);
  assert.equal(fixture.group().members.size, members);
}

describe('a subscription at the limit is kept, one past it is refused', () => {
  test('of characters, with what parts the names', () => {
    const fixture = createConsumerFixture();
    const names = namesOf(SUBSCRIPTION_SIZE_CHARS_MAX / 200, 0, 199);
    assert.equal(fixture.joinAs('a', { subscribedTopicNames: names }).errorCode, 0);
    assertRefused(fixture, 'b', [...names, '']);
  });

  test('of topics', () => {
    const fixture = createConsumerFixture();
    const names = namesOf(SUBSCRIPTION_TOPICS_MAX);
    assert.equal(fixture.joinAs('a', { subscribedTopicNames: names }).errorCode, 0);
    assertRefused(fixture, 'b', [...names, 'one more']);
  });

  test('of topics of the whole group; what others name already does not count again', () => {
    const fixture = createConsumerFixture();
    for (let first = 0; first < GROUP_TOPICS_MAX; first += SUBSCRIPTION_TOPICS_MAX) {
      const subscribedTopicNames = namesOf(SUBSCRIPTION_TOPICS_MAX, first);
      assert.equal(fixture.joinAs(`member ${first}`, { subscribedTopicNames }).errorCode, 0);
    }
    assertRefused(fixture, 'b', ['one more']);
    assert.equal(fixture.joinAs('b', { subscribedTopicNames: namesOf(SUBSCRIPTION_TOPICS_MAX, 5) }).errorCode, 0);
  });
});

test('a topic that is named again and again is one', () => {
  const fixture = createConsumerFixture();
  const again = Array.from({ length: 1_000_000 }, () => 'orders');
  assert.equal(fixture.joinAs('a', { subscribedTopicNames: again }).errorCode, 0);
});
