import { type ApiCases, type Exchange, saying } from '../case.ts';
import { unknownId } from '../constants.ts';
import { beat, enter, epochOf, holding, settled, wrongBeat } from '../groups/consumers.ts';
import { configured, describedConsumers } from '../groups/requests.ts';

const entering = { memberEpoch: 0, rebalanceTimeoutMs: 30_000, topicPartitions: [] };
const topics = { orders: { partitions: 4 }, bills: {} };

export const cases: ApiCases = {
  api: 'ConsumerGroupHeartbeat',
  needsGroups: true,
  cases: [
    {
      name: 'the first member',
      topics,
      exchanges: (c) => [
        ...settled(c),
        enter(c, 'm'),
        beat(c, 'm'),
        holding(c, 'm', { orders: [0, 1, 2, 3] }),
        beat(c, 'm'),
        beat(c, 'm', { memberEpoch: -1 }),
        beat(c, 'm', { memberEpoch: -1 }),
        describedConsumers(c, ''),
      ],
    },
    {
      name: 'a second member takes its part once the first has given it up',
      topics,
      exchanges: (c) => [
        ...settled(c),
        enter(c, 'm'),
        holding(c, 'm', { orders: [0, 1, 2, 3] }),
        enter(c, 'n'),
        describedConsumers(c, 'Reconciling'),
        beat(c, 'n'),
        beat(c, 'm'),
        beat(c, 'm'),
        holding(c, 'm', { orders: [0, 1, 2, 3] }),
        holding(c, 'm', { orders: [0, 1] }),
        beat(c, 'n'),
        holding(c, 'n', { orders: [2, 3] }),
        describedConsumers(c, 'Stable'),
        beat(c, 'm', { memberEpoch: -1 }),
        beat(c, 'n'),
        holding(c, 'n', { orders: [0, 1, 2, 3] }),
        describedConsumers(c, 'Stable'),
      ],
    },
    {
      name: 'subscriptions that change',
      topics,
      exchanges: (c) => [
        ...settled(c),
        enter(c, 'm'),
        beat(c, 'm', { subscribedTopicNames: [c.name('orders'), c.name('bills')] }),
        beat(c, 'm', { subscribedTopicNames: [c.name('bills')] }),
        holding(c, 'm', { bills: [0] }),
        beat(c, 'm', { subscribedTopicNames: [c.name('bills'), c.name('bills')] }),
        beat(c, 'm', { subscribedTopicNames: [] }),
        beat(c, 'm', { subscribedTopicNames: [c.name('missing'), c.name('orders')], topicPartitions: [] }),
        describedConsumers(c, ''),
      ],
    },
    {
      name: 'a topic that is made later, and gets more partitions',
      topics,
      exchanges: (c) => [
        ...settled(c),
        enter(c, 'm', { subscribedTopicNames: [c.name('later')] }),
        {
          $api: 'CreateTopics',
          $version: 7,
          $body: { topics: [{ name: c.name('later'), numPartitions: 1, replicationFactor: 1 }], timeoutMs: 9000 },
        },
        { ...beat(c, 'm'), $until: (answer) => answer.assignment !== null },
        {
          $api: 'CreatePartitions',
          $version: 3,
          $body: { topics: [{ name: c.name('later'), count: 3, assignments: null }], timeoutMs: 9000 },
        },
        { ...beat(c, 'm'), $until: (answer) => answer.assignment !== null },
        describedConsumers(c, ''),
      ],
    },
    {
      name: 'requests that are not valid',
      topics,
      exchanges: (c) => [
        ...settled(c),
        wrongBeat(c, 'm', { groupId: '' }),
        wrongBeat(c, 'm', { groupId: ' ' }),
        wrongBeat(c, 'm', { memberId: '', memberEpoch: 1 }),
        wrongBeat(c, 'm', { memberId: '', memberEpoch: -1 }),
        wrongBeat(c, 'm', { memberEpoch: -3 }),
        wrongBeat(c, 'm', { memberEpoch: -2 }),
        wrongBeat(c, 'm', { memberEpoch: 0 }),
        ...[
          { rebalanceTimeoutMs: -1 },
          { rebalanceTimeoutMs: -9 },
          { subscribedTopicNames: null },
          { subscribedTopicNames: [] },
          { topicPartitions: null },
          { topicPartitions: [{ topicId: unknownId, partitions: [0] }] },
          { instanceId: '' },
          { rackId: '' },
          { serverAssignor: '' },
          { serverAssignor: 'sticky' },
          { serverAssignor: 'Uniform' },
          { memberId: 'i'.repeat(40) },
        ].map((changes, index): Exchange => {
          const { $as: _, ...request } = enter(c, `m${index}`, changes, `g${index}`);
          return request;
        }),
        describedConsumers(c, '', 'g0'),
      ],
    },
    {
      name: 'rebalance timeouts that are absurd',
      topics,
      exchanges: (c) => [
        ...settled(c),
        ...[0, 1, 2_147_483_647].map((rebalanceTimeoutMs, index) =>
          enter(c, `m${index}`, { rebalanceTimeoutMs }, `g${index}`),
        ),
      ],
    },
    {
      name: 'groups and members that are not there',
      topics,
      exchanges: (c) => [
        ...settled(c),
        wrongBeat(c, 'm', { memberId: 'made-up', memberEpoch: 1 }),
        wrongBeat(c, 'm', { memberId: 'made-up', memberEpoch: -1 }),
        wrongBeat(c, 'm', { memberId: 'made-up', memberEpoch: -2, instanceId: 'one' }),
        describedConsumers(c, ''),
        enter(c, 'm'),
        wrongBeat(c, 'm', { memberId: 'made-up' }),
        wrongBeat(c, 'm', { memberId: 'made-up', memberEpoch: -1 }),
        describedConsumers(c, ''),
      ],
    },
    {
      name: 'epochs that are old or still to come',
      topics,
      exchanges: (c) => [
        ...settled(c),
        enter(c, 'm'),
        holding(c, 'm', { orders: [0, 1, 2, 3] }),
        beat(c, 'm', { subscribedTopicNames: [c.name('orders'), c.name('bills')] }),
        wrongBeat(c, 'm', () => ({ memberEpoch: epochOf(c, 'm') - 1 })),
        wrongBeat(c, 'm', () => ({
          memberEpoch: epochOf(c, 'm') - 1,
          topicPartitions: [{ topicId: c.topicId('orders'), partitions: [0, 1] }],
        })),
        wrongBeat(c, 'm', () => ({
          memberEpoch: epochOf(c, 'm') - 1,
          topicPartitions: [{ topicId: c.topicId('orders'), partitions: [7] }],
        })),
        wrongBeat(c, 'm', () => ({ memberEpoch: epochOf(c, 'm') + 1 })),
        wrongBeat(c, 'm', { memberEpoch: 2_147_483_647 }),
        beat(c, 'm'),
        describedConsumers(c, ''),
      ],
    },
    {
      name: 'a member that enters again',
      topics,
      exchanges: (c) => [
        ...settled(c),
        enter(c, 'm'),
        holding(c, 'm', { orders: [0, 1, 2, 3] }),
        enter(c, 'm', () => ({ memberId: String(c.answer('m').memberId) })),
        beat(c, 'm'),
        enter(c, 'm', () => ({ memberId: String(c.answer('m').memberId), subscribedTopicNames: [c.name('bills')] })),
      ],
    },
    {
      name: 'more members than a group may have',
      topics: { orders: { partitions: 6 } },
      exchanges: (c) => [
        ...settled(c),
        ...['m', 'n', 'o'].map((name) => enter(c, name)),
        enter(c, 'p'),
        enter(c, 'm', () => ({ memberId: String(c.answer('m').memberId) })),
      ],
    },
    {
      name: 'the assignors: uniform, range, what most want',
      // Members are assigned in the order of their ids; in version 0 these are made up.
      versions: { min: 1 },
      topics: { orders: { partitions: 3 }, bills: { partitions: 3 } },
      exchanges: (c) => {
        const both = { subscribedTopicNames: [c.name('orders'), c.name('bills')] };
        return [
          ...settled(c),
          enter(c, 'm', { ...both, serverAssignor: 'range' }),
          enter(c, 'n', { ...both, serverAssignor: 'range' }),
          holding(c, 'm', {}),
          holding(c, 'n', {}),
          describedConsumers(c, ''),
          beat(c, 'm', { serverAssignor: 'uniform' }),
          beat(c, 'n', { serverAssignor: 'uniform' }),
          beat(c, 'm'),
          beat(c, 'm', { serverAssignor: 'nonsense' }),
          describedConsumers(c, ''),
        ];
      },
    },
    {
      name: 'more topics than a record can hold',
      versions: { min: 1 },
      topics,
      exchanges: (c) => {
        const subscribedTopicNames = Array.from({ length: 100_000 }, (_, index) => `topic-${index}`);
        return [
          ...settled(c),
          enter(c, 'm'),
          wrongBeat(c, 'm', { subscribedTopicNames }),
          wrongBeat(c, 'x', { ...entering, memberId: 'x-id', subscribedTopicNames }),
          wrongBeat(c, 'x', { ...entering, memberId: 'x-id', subscribedTopicNames }, 'new'),
          describedConsumers(c, ''),
          describedConsumers(c, '', 'new'),
        ];
      },
    },
    {
      name: 'racks',
      topics,
      exchanges: (c) => [
        ...settled(c),
        enter(c, 'm', { rackId: 'r1' }),
        beat(c, 'm', { rackId: 'r2' }),
        describedConsumers(c, ''),
      ],
    },
    {
      name: 'topics that nobody knows are claimed',
      topics,
      exchanges: (c) => [
        ...settled(c),
        enter(c, 'm'),
        beat(c, 'm', { topicPartitions: [{ topicId: unknownId, partitions: [0, 1] }] }),
        holding(c, 'm', { orders: [0, 1, 99, -1] }),
        holding(c, 'm', { bills: [0] }),
        beat(c, 'm', () => ({
          topicPartitions: [0, 1].map((partition) => ({
            topicId: c.topicId('orders'),
            partitions: [partition, partition],
          })),
        })),
        describedConsumers(c, ''),
      ],
    },
    {
      name: 'a group with times of its own',
      // Version 0 makes a new member of every attempt to enter.
      versions: { min: 1 },
      topics,
      exchanges: (c) => [
        ...settled(c),
        ...configured(c, { 'consumer.heartbeat.interval.ms': '100', 'consumer.session.timeout.ms': '1000' }),
        { ...enter(c, 'm'), $until: saying('"heartbeatIntervalMs":100,') },
        ...[1, 2, 3].flatMap(() => [{ $pauseMs: 400 }, beat(c, 'm')]),
        describedConsumers(c, 'Empty'),
        beat(c, 'm'),
      ],
    },
    {
      name: 'a member that does not give up its partitions in time',
      topics,
      exchanges: (c) => [
        ...settled(c),
        enter(c, 'm', { rebalanceTimeoutMs: 600 }),
        holding(c, 'm', { orders: [0, 1, 2, 3] }),
        enter(c, 'n'),
        beat(c, 'm'),
        { ...beat(c, 'n'), $until: (answer) => answer.assignment !== null },
        beat(c, 'm'),
      ],
    },
  ],
};
