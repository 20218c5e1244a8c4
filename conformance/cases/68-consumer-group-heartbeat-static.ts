import { type ApiCases, saying } from '../case.ts';
import { beat, enter, holding, settled, wrongBeat } from '../groups/consumers.ts';
import { configured, describedConsumers } from '../groups/requests.ts';

const topics = { orders: { partitions: 2 } };
const one = { instanceId: 'one' };

export const cases: ApiCases = {
  api: 'ConsumerGroupHeartbeat',
  needsGroups: true,
  cases: [
    {
      name: 'a static member goes for a while and comes back as another',
      topics,
      exchanges: (c) => [
        ...settled(c),
        enter(c, 'm', one),
        holding(c, 'm', { orders: [0, 1] }, one),
        enter(c, 'n'),
        beat(c, 'm', { ...one, memberEpoch: -2 }),
        describedConsumers(c, ''),
        enter(c, 'again', one),
        wrongBeat(c, 'm', { ...one, memberEpoch: 1 }),
        beat(c, 'again', one),
        describedConsumers(c, ''),
      ],
    },
    {
      name: 'an instance that is in use',
      topics,
      exchanges: (c) => [
        ...settled(c),
        enter(c, 'm', one),
        enter(c, 'other', one),
        wrongBeat(c, 'other', { ...one, memberEpoch: 1 }),
        wrongBeat(c, 'm', { instanceId: 'two' }),
        beat(c, 'm', { instanceId: null }),
        beat(c, 'm', one),
        describedConsumers(c, ''),
      ],
    },
    {
      name: 'instances that are not there',
      topics,
      exchanges: (c) => [
        ...settled(c),
        enter(c, 'm'),
        wrongBeat(c, 'x', { ...one, memberEpoch: 1, memberId: 'x-id' }),
        wrongBeat(c, 'x', { ...one, memberEpoch: -1, memberId: 'x-id' }),
        wrongBeat(c, 'x', { ...one, memberEpoch: -2, memberId: 'x-id' }),
        wrongBeat(c, 'm', { ...one, memberEpoch: -2 }),
        wrongBeat(c, 'm', { memberEpoch: -2 }),
      ],
    },
    {
      name: 'a static member leaves for good, and another takes its instance',
      topics,
      exchanges: (c) => [
        ...settled(c),
        enter(c, 'm', one),
        wrongBeat(c, 'other', { ...one, memberEpoch: -1, memberId: 'other-id' }),
        beat(c, 'm', { ...one, memberEpoch: -1 }),
        enter(c, 'again', one),
        describedConsumers(c, ''),
      ],
    },
    {
      name: 'a static member that went and does not come back',
      // Version 0 makes a new member of every attempt to enter.
      versions: { min: 1 },
      topics,
      exchanges: (c) => [
        ...settled(c),
        ...configured(c, { 'consumer.heartbeat.interval.ms': '100', 'consumer.session.timeout.ms': '400' }),
        { ...enter(c, 'm', one), $until: saying('"heartbeatIntervalMs":100,') },
        beat(c, 'm', { ...one, memberEpoch: -2 }),
        describedConsumers(c, 'Empty'),
        enter(c, 'again', one),
      ],
    },
    {
      name: 'it comes back with another subscription, and to another assignor',
      topics: { orders: {}, bills: {} },
      exchanges: (c) => [
        ...settled(c),
        enter(c, 'm', one),
        beat(c, 'm', { ...one, memberEpoch: -2 }),
        enter(c, 'again', { ...one, subscribedTopicNames: [c.name('bills')], serverAssignor: 'range' }),
        beat(c, 'again', one),
        describedConsumers(c, ''),
      ],
    },
  ],
};
