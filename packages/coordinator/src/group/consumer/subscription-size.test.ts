import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { createConsumerFixture } from '../../testing/consumer-fixture.ts';
import { SUBSCRIPTION_SIZE_CHARS_MAX } from './subscription-size.ts';

/** Names of 9 characters, with what parts them 10. */
const names = Array.from(
  { length: SUBSCRIPTION_SIZE_CHARS_MAX / 10 },
  (_, index) => `t${String(index).padStart(8, '0')}`,
);

test('a subscription at the limit is kept, one past it is refused', () => {
  const fixture = createConsumerFixture();
  assert.equal(fixture.joinAs('a', { subscribedTopicNames: names }).errorCode, 0);
  const written = fixture.records.length;
  const response = fixture.joinAs('b', { subscribedTopicNames: [...names, ''] });
  assert.equal(response.errorCode, ErrorCode.UNKNOWN_SERVER_ERROR);
  assert.equal(fixture.records.length, written);
  assert.equal(fixture.group().members.size, 1);
});

test('a topic that is named again and again is one', () => {
  const fixture = createConsumerFixture();
  const again = Array.from({ length: 1_000_000 }, () => 'orders');
  assert.equal(fixture.joinAs('a', { subscribedTopicNames: again }).errorCode, 0);
});
