import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSimClock } from '@sluice/kernel/sim/clock';
import {
  createSubscriptions,
  EVENT_SIZE_BYTES_MAX,
  EVENT_SIZE_BYTES_MIN,
  type Subscription,
  UNREAD_SIZE_BYTES_MAX,
} from './subscriptions.ts';

function open(subscriptions: ReturnType<typeof createSubscriptions>, key: string): Subscription {
  const subscription = subscriptions.open(key);
  assert(subscription !== undefined);
  return subscription;
}

describe('subscriptions whose clients read nothing', () => {
  it('get small events once much is unread, none at the limit, and large ones when it was read', () => {
    const subscriptions = createSubscriptions(createSimClock());
    const stalled = Array.from({ length: 128 }, (_, index) => open(subscriptions, `c/${index}`));
    for (const each of stalled) {
      assert.equal(subscriptions.nextEventSizeBytesMax, EVENT_SIZE_BYTES_MAX);
      each.sending(EVENT_SIZE_BYTES_MAX);
    }
    assert.equal(subscriptions.nextEventSizeBytesMax, EVENT_SIZE_BYTES_MIN);
    // A record that is larger than all of that.
    const another = open(subscriptions, 'd/0');
    another.sending(UNREAD_SIZE_BYTES_MAX);
    assert.equal(subscriptions.nextEventSizeBytesMax, 0);
    another.sending(0);
    assert.equal(subscriptions.nextEventSizeBytesMax, EVENT_SIZE_BYTES_MIN);
    for (const each of stalled) each.end();
    another.end();
    assert.equal(subscriptions.nextEventSizeBytesMax, EVENT_SIZE_BYTES_MAX);
    assert.equal(subscriptions.count, 0);
  });

  it('are counted once, however often they end', () => {
    const subscriptions = createSubscriptions(createSimClock());
    const one = open(subscriptions, 'c/0');
    one.sending(1000);
    one.end();
    one.end();
    const other = open(subscriptions, 'c/0');
    one.end();
    assert.equal(subscriptions.count, 1);
    other.end();
    assert.equal(subscriptions.count, 0);
  });
});
