import { type ApiExchange, type CaseContext, type Exchange, saying, without } from '../case.ts';
import type { Body } from '../wire/encode.ts';
import { settled } from './consumers.ts';
import { groupName, requestOf } from './requests.ts';

export const topics = { orders: { partitions: 4 }, bills: {} };

export const shareEpochOf = (c: CaseContext, name: string): number => Number(c.answer(name).memberEpoch ?? 0);

/** ShareGroupHeartbeat that says nothing but who sends it. */
export function shareBeat(
  c: CaseContext,
  name: string,
  changes: Body | (() => Body) = {},
  group?: string,
): ApiExchange {
  return {
    ...requestOf(c, 'ShareGroupHeartbeat'),
    $as: name,
    $body: () => ({
      groupId: groupName(c, group),
      memberId: `${name}-id`,
      memberEpoch: shareEpochOf(c, name),
      ...(typeof changes === 'function' ? changes() : changes),
    }),
  };
}

/** One that must not change what is known of the member, because it is refused. */
export const wrongShareBeat = (c: CaseContext, name: string, changes: Body | (() => Body) = {}, group?: string) => {
  const { $as: _, ...request } = shareBeat(c, name, changes, group);
  return request;
};

/** The first heartbeat of a member: it wants the partitions of `orders`. */
export const shareEnter = (
  c: CaseContext,
  name: string,
  changes: Body | (() => Body) = {},
  group?: string,
): ApiExchange =>
  shareBeat(
    c,
    name,
    () => ({
      memberEpoch: 0,
      subscribedTopicNames: [c.name('orders')],
      ...(typeof changes === 'function' ? changes() : changes),
    }),
    group,
  );

/** Heartbeats until the answer has an assignment of something: the state of its partitions is begun first. */
export const shareAssigned = (c: CaseContext, name: string, group?: string): ApiExchange => ({
  ...shareBeat(c, name, {}, group),
  $until: saying('"partitions":['),
});

export const shareLeave = (c: CaseContext, name: string, group?: string): ApiExchange =>
  shareBeat(c, name, { memberEpoch: -1 }, group);

/** A member that has its partitions, and one that has left again. */
export const shared = (c: CaseContext, name = 'm', group?: string): Exchange[] => [
  shareEnter(c, name, {}, group),
  shareAssigned(c, name, group),
];

export const abandoned = (c: CaseContext, name = 'm', group?: string): Exchange[] => [
  ...shared(c, name, group),
  shareLeave(c, name, group),
];

/** ShareGroupDescribe, asked again until the state begins so. */
export const describedShare = (c: CaseContext, state: string, group?: string): ApiExchange => ({
  ...requestOf(c, 'ShareGroupDescribe'),
  $on: 'watcher',
  $body: { groupIds: [groupName(c, group)] },
  $until: saying(`"groupState":"${state}`),
});

/** DescribeShareGroupOffsets, of all topics if none is named. */
export const offsets = (
  c: CaseContext,
  partitions?: Readonly<Record<string, readonly number[]>>,
  group?: string,
): ApiExchange => ({
  ...requestOf(c, 'DescribeShareGroupOffsets'),
  $on: 'watcher',
  $body: () => ({
    groups: [
      {
        groupId: groupName(c, group),
        topics:
          partitions === undefined
            ? null
            : Object.entries(partitions).map(([topic, indexes]) => ({
                topicName: c.name(topic),
                partitions: [...indexes],
              })),
      },
    ],
  }),
});

export const alter = (
  c: CaseContext,
  startOffsets: Readonly<Record<string, Readonly<Record<number, number>>>>,
  group?: string,
): ApiExchange => ({
  ...requestOf(c, 'AlterShareGroupOffsets'),
  $body: () => ({
    groupId: groupName(c, group),
    topics: Object.entries(startOffsets).map(([topic, byPartition]) => ({
      topicName: c.name(topic),
      partitions: Object.entries(byPartition).map(([partition, startOffset]) => ({
        partitionIndex: Number(partition),
        startOffset,
      })),
    })),
  }),
});

export const forget = (c: CaseContext, names: readonly string[], group?: string): ApiExchange => ({
  ...requestOf(c, 'DeleteShareGroupOffsets'),
  $body: () => ({
    groupId: groupName(c, group),
    topics: names.map((name) => ({ topicName: c.name(name) })),
  }),
});

/**
 * Kafka's coordinator knows of `orders`, and all coordinators of share state are there: it answers late, or never, what
 * needs them before.
 */
export const settledShares = (c: CaseContext): Exchange[] => [
  ...settled(c),
  {
    $api: 'FindCoordinator',
    $version: 6,
    $body: () => ({ keyType: 2, coordinatorKeys: [`${c.name('group')}:${c.topicId('orders')}:0`] }),
    $until: without(15),
    $isUnrecorded: true,
  },
  {
    // Among so many keys there is one for each of them.
    $api: 'ReadShareGroupStateSummary',
    $version: 0,
    $body: () => ({
      groupId: c.name('probe'),
      topics: [
        {
          topicId: c.topicId('orders'),
          partitions: Array.from({ length: 500 }, (_, partition) => ({ partition, leaderEpoch: 0 })),
        },
      ],
    }),
    $until: (answer) => !/"errorCode":(?:14|15|16)\b/.test(JSON.stringify(answer)),
    $isUnrecorded: true,
  },
];
