import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assignedBy, createConsumerFixture, owning } from '../../testing/consumer-fixture.ts';

test('the first member of a group gets all partitions at epoch 2', () => {
  const fixture = createConsumerFixture();
  const response = fixture.joinAs('a');
  assert.equal(response.errorCode, 0);
  assert.equal(response.memberEpoch, 2);
  assert.equal(response.memberId, 'a');
  assert.equal(response.heartbeatIntervalMs, 5000);
  assert.deepEqual(assignedBy(response, fixture.topics), { orders: [0, 1, 2, 3, 4, 5] });
  assert.equal(fixture.group().stateName, 'Stable');
});

test('a member that subscribes to nothing that exists is stable with nothing', () => {
  const fixture = createConsumerFixture();
  const response = fixture.joinAs('a', { subscribedTopicNames: ['none'] });
  assert.equal(response.memberEpoch, 2);
  assert.deepEqual(assignedBy(response, fixture.topics), {});
});

test('a member id is made for who has none', () => {
  const fixture = createConsumerFixture();
  const { memberId } = fixture.joinAs('');
  assert.match(String(memberId), /^.{22}$/);
  assert.deepEqual([...fixture.group().members.keys()], [memberId]);
});

test('a heartbeat that changes nothing writes nothing, and is told no assignment', () => {
  const fixture = createConsumerFixture();
  fixture.joinAs('a');
  const written = fixture.records.length;
  const response = fixture.heartbeat('a', 2);
  assert.equal(response.memberEpoch, 2);
  assert.equal(response.assignment, null);
  assert.equal(fixture.records.length, written);
});

test('a heartbeat that says everything is told the assignment again', () => {
  const fixture = createConsumerFixture();
  fixture.joinAs('a');
  const response = fixture.heartbeat('a', 2, {
    rebalanceTimeoutMs: 60_000,
    subscribedTopicNames: ['orders'],
    ...owning({ orders: [0, 1, 2, 3, 4, 5] }),
  });
  assert.deepEqual(assignedBy(response, fixture.topics), { orders: [0, 1, 2, 3, 4, 5] });
});

test('a second member waits until the first gave up half', () => {
  const fixture = createConsumerFixture();
  const { topics } = fixture;
  fixture.joinAs('a');

  const joined = fixture.joinAs('b');
  assert.equal(joined.memberEpoch, 3);
  assert.deepEqual(assignedBy(joined, topics), {});
  assert.equal(fixture.group().stateName, 'Reconciling');

  const told = fixture.heartbeat('a', 2, owning({ orders: [0, 1, 2, 3, 4, 5] }));
  assert.equal(told.memberEpoch, 2);
  const kept = assignedBy(told, topics)?.orders;
  assert.equal(kept?.length, 3);
  assert.deepEqual(assignedBy(fixture.heartbeat('b', 3), topics), undefined);

  const done = fixture.heartbeat('a', 2, owning({ orders: kept }));
  assert.equal(done.memberEpoch, 3);
  const given = fixture.heartbeat('b', 3);
  const others = [0, 1, 2, 3, 4, 5].filter((partition) => !kept.includes(partition));
  assert.deepEqual(assignedBy(given, topics), { orders: others });
  assert.equal(fixture.group().stateName, 'Stable');
});

test('no partition has two owners while members come and go', () => {
  const fixture = createConsumerFixture();
  fixture.joinAs('a');
  fixture.joinAs('b');
  fixture.joinAs('c');
  for (let round = 0; round < 6; round++) {
    for (const memberId of ['a', 'b', 'c']) {
      const member = fixture.group().members.get(memberId);
      assert.ok(member !== undefined);
      const held = Object.fromEntries(
        [...member.assigned].map(([id, partitions]) => [fixture.topics.byId(id)?.name ?? '', [...partitions.keys()]]),
      );
      fixture.heartbeat(memberId, member.memberEpoch, owning(held));
      const owned = [...fixture.group().members.values()].flatMap(({ assigned, pendingRevocation }) =>
        [...assigned, ...pendingRevocation].flatMap(([, partitions]) => [...partitions.keys()]),
      );
      assert.equal(new Set(owned).size, owned.length);
    }
  }
  assert.equal(fixture.group().stateName, 'Stable');
  const counts = [...fixture.group().members.values()].map(({ assigned }) => [...assigned.values()][0]?.size);
  assert.deepEqual(counts, [2, 2, 2]);
});

test('a member that changes its subscription gives up at once what it does not read any more', () => {
  const fixture = createConsumerFixture();
  fixture.joinAs('a', { subscribedTopicNames: ['orders', 'payments'] });
  const response = fixture.heartbeat('a', 2, { subscribedTopicNames: ['payments'] });
  assert.deepEqual(assignedBy(response, fixture.topics), { payments: [0, 1, 2] });
  assert.equal(response.memberEpoch, 2);
  const done = fixture.heartbeat('a', 2, owning({ payments: [0, 1, 2] }));
  assert.equal(done.memberEpoch, 3);
  assert.equal(fixture.group().groupEpoch, 3);
});

test('a member that says the same subscription in another order changes nothing', () => {
  const fixture = createConsumerFixture();
  fixture.joinAs('a', { subscribedTopicNames: ['orders', 'payments'] });
  const written = fixture.records.length;
  fixture.heartbeat('a', 2, { subscribedTopicNames: ['payments', 'orders', 'orders'] });
  assert.equal(fixture.records.length, written);
});

test('within the assignment interval a new member gets the epoch that is there, and nothing', async () => {
  const fixture = createConsumerFixture({ settings: { assignmentIntervalMs: () => 1000 } });
  fixture.joinAs('a');
  const joined = fixture.joinAs('b');
  assert.equal(joined.memberEpoch, 2);
  assert.deepEqual(assignedBy(joined, fixture.topics), {});
  assert.equal(fixture.group().stateName, 'Assigning');
  await fixture.clock.advance(1000);
  assert.equal(fixture.heartbeat('b', 2).memberEpoch, 3);
  assert.equal(fixture.group().assignmentEpoch, 3);
});

test('the assignor is what most members would like, and uniform when in doubt', () => {
  const fixture = createConsumerFixture();
  fixture.joinAs('a', { serverAssignor: 'range' });
  assert.equal(fixture.describe().assignorName, 'range');
  fixture.joinAs('b', { serverAssignor: 'uniform' });
  assert.equal(fixture.describe().assignorName, 'uniform');
  fixture.joinAs('c', { serverAssignor: 'range' });
  assert.equal(fixture.describe().assignorName, 'range');
  fixture.heartbeat('a', -1);
  fixture.heartbeat('c', -1);
  assert.equal(fixture.describe().assignorName, 'uniform');
});

test('a new partition, a new topic and a deleted one are seen by the next heartbeat', () => {
  const fixture = createConsumerFixture();
  const { topics } = fixture;
  fixture.joinAs('a', { subscribedTopicNames: ['orders', 'later'] });
  topics.put({ name: 'orders', partitionCount: 7 });
  assert.deepEqual(assignedBy(fixture.heartbeat('a', 2), topics), { orders: [0, 1, 2, 3, 4, 5, 6] });
  topics.put({ name: 'later', partitionCount: 1 });
  assert.deepEqual(assignedBy(fixture.heartbeat('a', 3), topics), { orders: [0, 1, 2, 3, 4, 5, 6], later: [0] });
  topics.delete('orders');
  const told = fixture.heartbeat('a', 4);
  assert.deepEqual(assignedBy(told, topics), { later: [0] });
  assert.equal(fixture.heartbeat('a', 4, owning({ later: [0] })).memberEpoch, 5);
});

test('topics of others change nothing', () => {
  const fixture = createConsumerFixture();
  fixture.joinAs('a');
  const written = fixture.records.length;
  fixture.topics.put({ name: 'unrelated' });
  fixture.heartbeat('a', 2);
  assert.equal(fixture.records.length, written);
});
