import type { Answer, ApiExchange, CaseContext, Exchange } from '../case.ts';
import type { Body } from '../wire/encode.ts';

/** What a case of another API sends. */
const latest = {
  InitializeShareGroupState: 0,
  ReadShareGroupState: 0,
  WriteShareGroupState: 1,
  DeleteShareGroupState: 0,
  ReadShareGroupStateSummary: 1,
} as const;

export const topics = { queue: { partitions: 2 }, other: {} };

/** Nothing of it is still loading. */
const isSettled = (answer: Answer): boolean => !/"errorCode":(?:14|15|16)\b/.test(JSON.stringify(answer));

export type StateApi = keyof typeof latest;

/** The coordinators of both partitions of `queue` are there: Kafka makes the topic when it is first asked for. */
export const settled = (c: CaseContext, group = 'workers'): Exchange[] => [
  {
    $api: 'FindCoordinator',
    $version: 6,
    $body: () => ({
      keyType: 2,
      coordinatorKeys: [0, 1].map((partition) => `${c.name(group)}:${c.topicId('queue')}:${partition}`),
    }),
    $until: isSettled,
    $isUnrecorded: true,
  },
  { ...summary(c, [{ partition: 0 }, { partition: 1 }], group), $isUnrecorded: true },
];

/** A request for partitions of `queue`. */
export const state = (
  c: CaseContext,
  api: StateApi,
  partitions: readonly Body[],
  { group = 'workers', topicId }: { readonly group?: string; readonly topicId?: string } = {},
): ApiExchange => ({
  $api: api,
  $version: c.api === api ? c.version : latest[api],
  $body: () => ({
    groupId: group === '' ? '' : c.name(group),
    topics: [{ topicId: topicId ?? c.topicId('queue'), partitions }],
  }),
  $until: isSettled,
});

const summary = (c: CaseContext, partitions: readonly Body[], group: string): ApiExchange =>
  state(
    c,
    'ReadShareGroupStateSummary',
    partitions.map((partition) => ({ leaderEpoch: 0, ...partition })),
    { group },
  );

export const initialize = (c: CaseContext, changes: Body = {}): ApiExchange =>
  state(c, 'InitializeShareGroupState', [{ partition: 0, stateEpoch: 1, startOffset: -1, ...changes }]);

export const read = (c: CaseContext, changes: Body = {}): ApiExchange =>
  state(c, 'ReadShareGroupState', [{ partition: 0, leaderEpoch: -1, ...changes }]);

export const readSummary = (c: CaseContext, changes: Body = {}): ApiExchange =>
  state(c, 'ReadShareGroupStateSummary', [{ partition: 0, leaderEpoch: 0, ...changes }]);

export const remove = (c: CaseContext, changes: Body = {}): ApiExchange =>
  state(c, 'DeleteShareGroupState', [{ partition: 0, ...changes }]);

export const write = (c: CaseContext, changes: Body = {}): ApiExchange =>
  state(c, 'WriteShareGroupState', [
    { partition: 0, stateEpoch: 1, leaderEpoch: 0, startOffset: 0, stateBatches: [], ...changes },
  ]);

export const batch = (firstOffset: number, lastOffset: number, deliveryState: number, deliveryCount: number): Body => ({
  firstOffset,
  lastOffset,
  deliveryState,
  deliveryCount,
});

/** What every one of these requests refuses, or has an empty answer to. */
export const wrongRequests = (c: CaseContext, api: StateApi, partition: Body): Exchange[] => [
  state(c, api, [{ ...partition, partition: -1 }]),
  state(c, api, [{ ...partition, partition: 2 }]),
  state(c, api, [{ ...partition, partition: 0 }], { topicId: 'AQEBAQEBQAGAAQEBAQEBAQ' }),
  state(c, api, [{ ...partition, partition: 0 }], { topicId: 'AAAAAAAAAAAAAAAAAAAAAA' }),
  state(c, api, [{ ...partition, partition: 0 }], { group: '' }),
  state(c, api, []),
  { $api: api, $version: c.version, $body: { groupId: c.name('workers'), topics: [] } },
];
