import type { ApiExchange, Case, CaseContext, ProduceSetup } from '../case.ts';
import type { Body } from '../wire/encode.ts';
import { numbered } from '../wire/record-batch.ts';
import { initialize, settled, topics } from './share-state.ts';

export const [GAP, ACCEPT, RELEASE, REJECT, RENEW] = [0, 1, 2, 3, 4];

/** Offsets 0–3, 4–5 and 6. */
const threeBatches = (c: CaseContext): ProduceSetup[] => [
  { topic: 'queue', batch: { records: numbered(4, c.time(0)) } },
  { topic: 'queue', batch: { records: numbered(2, c.time(10)) } },
  { topic: 'queue', batch: { records: numbered(1, c.time(20)) } },
];

/** A case on these batches, for a group whose state of `queue` begins at 0. */
export const onThreeBatches = ({ exchanges, ...rest }: Pick<Case, 'name' | 'versions' | 'exchanges'>): Case => ({
  ...rest,
  topics,
  produce: threeBatches,
  exchanges: (c) => [...settled(c), { ...initialize(c, { startOffset: 0 }), $isUnrecorded: true }, ...exchanges(c)],
});

export type Acknowledged = readonly [firstOffset: number, lastOffset: number, ...types: number[]];

const batchOf = ([firstOffset, lastOffset, ...acknowledgeTypes]: Acknowledged): Body => ({
  firstOffset,
  lastOffset,
  acknowledgeTypes,
});

/** Of partition 0 of `queue`, unless the changes say otherwise; a first fetch names it, later ones do to acknowledge. */
export const shareFetch = (
  c: CaseContext,
  shareSessionEpoch: number,
  acknowledged: readonly Acknowledged[] = [],
  changes: Body = {},
): ApiExchange => {
  const version = c.api === 'ShareFetch' ? c.version : 2;
  const isNamed = shareSessionEpoch === 0 || acknowledged.length > 0;
  return {
    $api: 'ShareFetch',
    $version: version,
    $body: () => ({
      groupId: c.name('workers'),
      memberId: 'member-a',
      shareSessionEpoch,
      maxWaitMs: shareSessionEpoch === 0 ? 5_000 : 0,
      minBytes: 1,
      maxBytes: 100_000,
      maxRecords: 500,
      batchSize: 500,
      ...(version >= 2 ? { shareAcquireMode: 0, isRenewAck: false } : {}),
      topics: isNamed ? [topicOf(c, acknowledged)] : [],
      forgottenTopicsData: [],
      ...changes,
    }),
  };
};

export const shareAcknowledge = (
  c: CaseContext,
  shareSessionEpoch: number,
  acknowledged: readonly Acknowledged[],
  changes: Body = {},
): ApiExchange => {
  const version = c.api === 'ShareAcknowledge' ? c.version : 2;
  return {
    $api: 'ShareAcknowledge',
    $version: version,
    $body: () => ({
      groupId: c.name('workers'),
      memberId: 'member-a',
      shareSessionEpoch,
      ...(version >= 2 ? { isRenewAck: false } : {}),
      topics: acknowledged.length === 0 ? [] : [topicOf(c, acknowledged)],
      ...changes,
    }),
  };
};

export const topicOf = (
  c: CaseContext,
  acknowledged: readonly Acknowledged[],
  { partitionIndex = 0, topicId = c.topicId('queue') }: { partitionIndex?: number; topicId?: string } = {},
): Body => ({ topicId, partitions: [{ partitionIndex, acknowledgementBatches: acknowledged.map(batchOf) }] });
