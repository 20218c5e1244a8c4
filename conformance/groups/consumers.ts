import type { ApiExchange, CaseContext, Exchange } from '../case.ts';
import type { Body } from '../wire/encode.ts';
import { groupName, requestOf } from './requests.ts';

/** The member's id: its own from version 1 on, else what the server told it. */
const consumerId = (c: CaseContext, name: string): string =>
  String(c.answer(name).memberId ?? (heartbeatVersion(c) >= 1 ? `${name}-id` : ''));
export const epochOf = (c: CaseContext, name: string): number => Number(c.answer(name).memberEpoch ?? 0);

/** ConsumerGroupHeartbeat that says nothing but who sends it. */
export function beat(c: CaseContext, name: string, changes: Body | (() => Body) = {}, group?: string): ApiExchange {
  return {
    ...requestOf(c, 'ConsumerGroupHeartbeat'),
    $as: name,
    $body: () => ({
      groupId: groupName(c, group),
      memberId: consumerId(c, name),
      memberEpoch: epochOf(c, name),
      ...(typeof changes === 'function' ? changes() : changes),
    }),
  };
}

/** One that must not change what is known of the member, because it is refused. */
export const wrongBeat = (c: CaseContext, name: string, changes: Body | (() => Body) = {}, group?: string) => {
  const { $as: _, ...request } = beat(c, name, changes, group);
  return request;
};

/** The first heartbeat of a member: it has no partitions and wants those of `orders`. */
export const enter = (c: CaseContext, name: string, changes: Body | (() => Body) = {}, group?: string): ApiExchange =>
  beat(
    c,
    name,
    () => ({
      memberId: heartbeatVersion(c) >= 1 ? `${name}-id` : '',
      memberEpoch: 0,
      rebalanceTimeoutMs: 30_000,
      subscribedTopicNames: [c.name('orders')],
      topicPartitions: [],
      ...(typeof changes === 'function' ? changes() : changes),
    }),
    group,
  );

/** A heartbeat that says which partitions the member holds, by topic. */
export const holding = (
  c: CaseContext,
  name: string,
  partitions: Readonly<Record<string, readonly number[]>>,
  changes: Body = {},
  group?: string,
): ApiExchange =>
  beat(
    c,
    name,
    () => ({
      topicPartitions: Object.entries(partitions).map(([topic, indexes]) => ({
        topicId: c.topicId(topic),
        partitions: indexes,
      })),
      ...changes,
    }),
    group,
  );

/** Kafka's coordinator learns of topics a moment after its broker leads them: a group of its own looks whether it has. */
export function settled(c: CaseContext): Exchange[] {
  const groupId = groupName(c, 'probe');
  const probe = { groupId, memberId: 'probe-id', subscribedTopicNames: [c.name('orders')], topicPartitions: [] };
  const heartbeat = { $api: 'ConsumerGroupHeartbeat', $version: 1, $on: 'probe', $isUnrecorded: true };
  return [
    {
      ...heartbeat,
      $body: { ...probe, memberEpoch: 0, rebalanceTimeoutMs: 30_000 },
      $until: (answer) => JSON.stringify(answer).includes(c.topicId('orders')),
    },
    { ...heartbeat, $body: { groupId, memberId: 'probe-id', memberEpoch: -1 } },
    { $api: 'DeleteGroups', $version: 2, $isUnrecorded: true, $body: { groupsNames: [groupId] } },
  ];
}

const heartbeatVersion = (c: CaseContext): number => (c.api === 'ConsumerGroupHeartbeat' ? c.version : 1);
