import type { ApiExchange, CaseContext } from '../case.ts';
import type { Body } from '../wire/encode.ts';
import { batch, numbered } from '../wire/record-batch.ts';

/** Since version 13 topics go by their id. */
export const topicOf = (c: CaseContext, base: string): Body =>
  c.version >= 13 ? { topicId: c.topicId(base) } : { topic: c.name(base) };
export const partition = (fetchOffset: number, more: Body = {}): Body => ({
  partition: 0,
  fetchOffset,
  partitionMaxBytes: 1_000_000,
  ...more,
});
export const fetch = (c: CaseContext, partitions: readonly Body[], more: Body = {}): Body => ({
  maxWaitMs: 0,
  topics: [{ ...topicOf(c, 'orders'), partitions }],
  ...more,
});
export const produceMore = (c: CaseContext, topic = 'orders', index = 0): ApiExchange => ({
  $api: 'Produce',
  $version: 9,
  $body: {
    acks: -1,
    timeoutMs: 1000,
    topicData: [
      { name: c.name(topic), partitionData: [{ index, records: batch({ records: numbered(1, c.time(500)) }) }] },
    ],
  },
});
export const deleteBelow = (c: CaseContext, offset: number): ApiExchange => ({
  $api: 'DeleteRecords',
  $version: 2,
  $body: { topics: [{ name: c.name('orders'), partitions: [{ partitionIndex: 0, offset }] }], timeoutMs: 5000 },
});
export const threeBatches = (c: CaseContext) => [
  { topic: 'orders', batch: { records: numbered(3, c.time(0)) } },
  { topic: 'orders', batch: { records: numbered(2, c.time(100)) } },
  { topic: 'orders', batch: { records: numbered(1, c.time(200)) } },
];
export const sessionId = (c: CaseContext): number =>
  Number(c.answers.find((answer) => answer.sessionId !== 0)?.sessionId ?? 0);
/** The next request of the session that the first answer opened. */
export const inSession = (
  c: CaseContext,
  sessionEpoch: number,
  topics: readonly Body[],
  more: Body = {},
): ApiExchange => ({
  $body: () => ({ maxWaitMs: 0, sessionId: sessionId(c), sessionEpoch, topics, ...more }),
});
export const opening = (topics: readonly Body[]): Body => ({ maxWaitMs: 0, sessionId: 0, sessionEpoch: 0, topics });
export const orders = { orders: {} };
