import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClassicFixture } from '../../testing/classic-fixture.ts';
import { stableGroup } from '../../testing/classic-members.ts';
import { subscription } from '../../testing/classic-requests.ts';
import { SUBSCRIBED_TOPICS_MAX } from './subscribed-topics.ts';

function namesOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `t${index}`);
}

async function topicsOfGroup(...counts: readonly number[]): Promise<ReadonlySet<string> | undefined> {
  const fixture = createClassicFixture();
  const protocols = counts.map((count) => [{ name: 'range', metadata: subscription(...namesOf(count)) }]);
  const joined = protocols.map((each) => fixture.join({ protocols: each }));
  await fixture.clock.runUntil(() => joined.every(({ response }) => response !== undefined));
  return fixture.group().subscribedTopics;
}

test('what members subscribe to is known up to the limit, each topic counted for each member, and not one past it', async () => {
  const half = SUBSCRIBED_TOPICS_MAX / 2;
  assert.equal((await topicsOfGroup(half, half))?.size, half);
  assert.equal(await topicsOfGroup(half, half + 1), undefined);
  assert.equal(await topicsOfGroup(half, half, 1), undefined);
});

test('members that subscribe to nothing are no reason not to know', async () => {
  const fixture = createClassicFixture();
  await stableGroup(fixture, [{}, { protocols: [{ name: 'range', metadata: subscription() }] }]);
  assert.deepEqual(fixture.group().subscribedTopics, new Set(['orders']));
});
