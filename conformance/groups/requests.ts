import { type ApiExchange, type CaseContext, saying } from '../case.ts';
import type { Body } from '../wire/encode.ts';

/** What a case of another API sends. */
export const latest = {
  OffsetCommit: 9,
  OffsetFetch: 9,
  JoinGroup: 9,
  Heartbeat: 4,
  LeaveGroup: 5,
  SyncGroup: 5,
  DescribeGroups: 6,
  ListGroups: 5,
  DeleteGroups: 2,
  OffsetDelete: 0,
  ConsumerGroupHeartbeat: 1,
  ConsumerGroupDescribe: 1,
  ShareGroupHeartbeat: 1,
  ShareGroupDescribe: 1,
  DescribeShareGroupOffsets: 1,
  AlterShareGroupOffsets: 0,
  DeleteShareGroupOffsets: 0,
  IncrementalAlterConfigs: 1,
  DescribeConfigs: 4,
} as const;

/** Of the run's version if it is the case's own API. */
export const requestOf = (c: CaseContext, api: keyof typeof latest): { $api: string; $version: number } => ({
  $api: api,
  $version: c.api === api ? c.version : latest[api],
});

/** "" stays the group without a name. */
export const groupName = (c: CaseContext, group = 'group'): string => (group === '' ? '' : c.name(group));

/** DescribeGroups, asked again until the state begins so. */
export const described = (c: CaseContext, state: string, group?: string): ApiExchange => ({
  $api: 'DescribeGroups',
  $version: latest.DescribeGroups,
  $on: 'watcher',
  $body: { groups: [groupName(c, group)] },
  $until: saying(`"groupState":"${state}`),
});

/** ConsumerGroupDescribe, asked again until the state begins so. */
export const describedConsumers = (c: CaseContext, state: string, group?: string): ApiExchange => ({
  ...requestOf(c, 'ConsumerGroupDescribe'),
  $on: 'watcher',
  $body: { groupIds: [groupName(c, group)] },
  $until: saying(`"groupState":"${state}`),
});

export const deleteGroup = (c: CaseContext, group?: string): ApiExchange => ({
  ...requestOf(c, 'DeleteGroups'),
  $body: { groupsNames: [groupName(c, group)] },
});

/** Sets configurations of the group, and waits until they hold. */
export const configured = (
  c: CaseContext,
  configs: Readonly<Record<string, string>>,
  group?: string,
): ApiExchange[] => {
  const resource = { resourceType: 32, resourceName: groupName(c, group) };
  const [name, value] = Object.entries(configs).at(-1) ?? [];
  return [
    {
      ...requestOf(c, 'IncrementalAlterConfigs'),
      $body: {
        resources: [
          {
            ...resource,
            configs: Object.entries(configs).map(([key, to]) => ({ name: key, configOperation: 0, value: to })),
          },
        ],
      },
    },
    {
      ...requestOf(c, 'DescribeConfigs'),
      $body: { resources: [{ ...resource, configurationKeys: Object.keys(configs) }] },
      $until: saying(`"name":"${name}","value":"${value}"`),
    },
  ];
};

/** A partition and what is committed for it: an offset, or all fields. */
export type Committed = { readonly partition?: number; readonly offset?: number | bigint } & Body;

const topicOf = (c: CaseContext, version: number, topic: string): Body =>
  version >= 10 ? { topicId: c.topicId(topic) } : { name: c.name(topic) };

/** OffsetCommit of a simple consumer unless `more` says otherwise; topics by base name. */
export function commit(
  c: CaseContext,
  topics: Readonly<Record<string, readonly Committed[]>>,
  more: Body | (() => Body) = {},
  group?: string,
): ApiExchange {
  const request = requestOf(c, 'OffsetCommit');
  return {
    ...request,
    $body: () => ({
      groupId: groupName(c, group),
      generationIdOrMemberEpoch: -1,
      topics: Object.entries(topics).map(([topic, partitions]) => ({
        ...topicOf(c, request.$version, topic),
        partitions: partitions.map(({ partition, offset, ...rest }) => ({
          partitionIndex: partition ?? 0,
          committedOffset: offset ?? 5,
          committedMetadata: '',
          ...rest,
        })),
      })),
      ...(typeof more === 'function' ? more() : more),
    }),
  };
}

/** OffsetFetch of one group; all its partitions when `topics` is null. */
export function fetchOffsets(
  c: CaseContext,
  topics: Readonly<Record<string, readonly number[]>> | null,
  { group, member, more }: { group?: string; member?: Body | (() => Body); more?: Body } = {},
): ApiExchange {
  const request = requestOf(c, 'OffsetFetch');
  return {
    ...request,
    $body: () => {
      const groupId = groupName(c, group);
      const asked =
        topics === null
          ? null
          : Object.entries(topics).map(([topic, partitionIndexes]) => ({
              ...topicOf(c, request.$version, topic),
              partitionIndexes,
            }));
      if (request.$version < 8) return { groupId, topics: asked, ...more };
      return { groups: [{ groupId, topics: asked, ...(typeof member === 'function' ? member() : member) }], ...more };
    },
  };
}
