import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type ConsumerFixture,
  createConsumerFixture,
  owning,
  SESSION_TIMEOUT_MS,
} from '../../testing/consumer-fixture.ts';

const MEMBERS = ['a', 'b', 'c', 'd'];
const TOPICS = ['orders', 'payments'];

type Action =
  | { readonly kind: 'join'; readonly member: string; readonly topics: string[]; readonly instance: boolean }
  | { readonly kind: 'joinByRegex'; readonly member: string; readonly regex: string }
  | { readonly kind: 'beat'; readonly member: string; readonly gaveUp: boolean }
  | { readonly kind: 'leave'; readonly member: string; readonly forGood: boolean }
  | { readonly kind: 'joinClassic' }
  | { readonly kind: 'leaveClassic' }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'grow' };

const member = fc.constantFrom(...MEMBERS);
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('join' as const),
      member,
      topics: fc.subarray(TOPICS),
      instance: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('joinByRegex' as const),
      member,
      regex: fc.constantFrom('o.*', 'p.*', '.*'),
    }),
  },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('beat' as const), member, gaveUp: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('leave' as const), member, forGood: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'joinClassic' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'leaveClassic' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      ms: fc.constantFrom(1, 1000, SESSION_TIMEOUT_MS / 2, SESSION_TIMEOUT_MS),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'grow' as const }) },
);

async function perform(fixture: ConsumerFixture, each: Action): Promise<void> {
  const group = fixture.table.get('group')?.type === 'consumer' ? fixture.group() : undefined;
  switch (each.kind) {
    case 'join': {
      const instance = each.instance ? { instanceId: each.member } : {};
      fixture.joinAs(each.member, { subscribedTopicNames: each.topics, ...instance });
      break;
    }
    case 'joinByRegex':
      fixture.joinAs(each.member, { subscribedTopicNames: [], subscribedTopicRegex: each.regex });
      break;
    case 'beat': {
      const current = group?.members.get(each.member);
      const held: Record<string, number[]> = {};
      for (const owned of each.gaveUp ? [current?.assigned] : [current?.assigned, current?.pendingRevocation]) {
        for (const [id, partitions] of owned ?? []) {
          const name = fixture.topics.byId(id)?.name ?? '';
          held[name] = [...(held[name] ?? []), ...partitions.keys()];
        }
      }
      const instance = current?.instanceId ? { instanceId: current.instanceId } : {};
      fixture.heartbeat(each.member, current?.memberEpoch ?? 1, { ...owning(held), ...instance });
      break;
    }
    case 'leave': {
      const instanceId = group?.members.get(each.member)?.instanceId ?? null;
      fixture.heartbeat(each.member, each.forGood || instanceId === null ? -1 : -2, { instanceId });
      break;
    }
    case 'joinClassic':
      fixture.joinClassic({}, 3);
      break;
    case 'leaveClassic': {
      const classic = [...(group?.members.values() ?? [])].find((one) => one.classic !== null);
      if (classic !== undefined) fixture.leaveClassic({ memberId: classic.memberId });
      break;
    }
    case 'wait':
      await fixture.clock.advance(each.ms);
      break;
    case 'grow':
      fixture.topics.put({
        name: 'orders',
        partitionCount: (fixture.topics.byName('orders')?.partitionCount ?? 0) + 1,
      });
  }
}

function ownersAreUnique(fixture: ConsumerFixture): void {
  if (fixture.table.get('group')?.type !== 'consumer') return;
  const owned = new Set<string>();
  for (const { assigned, pendingRevocation } of fixture.group().members.values()) {
    for (const [topicId, partitions] of [...assigned, ...pendingRevocation]) {
      for (const partition of partitions.keys()) {
        const name = `${topicId}-${partition}`;
        assert(!owned.has(name), `${name} has two owners`);
        owned.add(name);
      }
    }
  }
}

test('whatever happens, no partition has two owners, and the records alone give the same groups', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 40 }), async (actions) => {
      const fixture = createConsumerFixture();
      for (const each of actions) {
        await perform(fixture, each);
        ownersAreUnique(fixture);
      }
      const isConsumer = fixture.table.get('group')?.type === 'consumer';
      const before = isConsumer ? fixture.describe() : undefined;
      const after = fixture.restart();
      if (isConsumer) assert.deepEqual(after.describe(), before);
      else assert.notEqual(after.table.get('group')?.type, 'consumer');
    }),
    { numRuns: 150 },
  );
});

test('when nothing changes any more, members that heartbeat are soon stable', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 30 }), async (actions) => {
      const fixture = createConsumerFixture();
      for (const each of actions) await perform(fixture, each);
      await fixture.clock.advance(12_000);
      if (fixture.table.get('group')?.type !== 'consumer') return;
      for (let round = 0; round < 8 && fixture.table.get('group')?.type === 'consumer'; round++) {
        for (const memberId of MEMBERS) await perform(fixture, { kind: 'beat', member: memberId, gaveUp: true });
        await fixture.clock.advance(SESSION_TIMEOUT_MS / 4);
      }
      if (fixture.table.get('group')?.type !== 'consumer') return;
      const { stateName } = fixture.group();
      assert(stateName === 'Stable' || stateName === 'Empty', stateName);
    }),
    { numRuns: 100 },
  );
});

test('after a restart members have a whole session to be heard of', async () => {
  const fixture = createConsumerFixture();
  fixture.joinAs('a');
  await fixture.clock.advance(SESSION_TIMEOUT_MS - 1);
  const after = fixture.restart();
  await after.clock.advance(SESSION_TIMEOUT_MS - 1);
  assert.equal(after.group().members.size, 1);
  await after.clock.advance(1);
  assert.equal(after.group().members.size, 0);
});

test('after a restart a member that has to give something up has its rebalance timeout', async () => {
  const fixture = createConsumerFixture({ settings: { sessionTimeoutMs: () => 1_000_000 } });
  fixture.joinAs('a', { rebalanceTimeoutMs: 20_000 });
  fixture.joinAs('b');
  fixture.heartbeat('a', 2, owning({ orders: [0, 1, 2, 3, 4, 5] }));
  const after = fixture.restart();
  await after.clock.advance(19_999);
  assert.equal(after.group().members.has('a'), true);
  await after.clock.advance(1);
  assert.equal(after.group().members.has('a'), false);
});

test('the tombstones of a group leave nothing of it', () => {
  const fixture = createConsumerFixture();
  fixture.joinAs('a');
  fixture.joinAs('b', { subscribedTopicNames: [], subscribedTopicRegex: 'p.*' });
  const records = [...fixture.records, ...fixture.group().tombstones()];
  assert.equal(createConsumerFixture({ records }).table.size, 0);
});
