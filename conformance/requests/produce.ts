import { type ApiExchange, type CaseContext, without } from '../case.ts';
import { crc32c } from '../wire/crc32c.ts';
import type { Body } from '../wire/encode.ts';
import { type BatchSpec, batch, numbered } from '../wire/record-batch.ts';

export type PartitionData = { readonly topic?: string; readonly index?: number; readonly records: Buffer | null };

/** Since version 13 topics go by their id. */
export const topicOf = (c: CaseContext, base: string): Body =>
  c.version >= 13 ? { topicId: c.topicId(base) } : { name: c.name(base) };
export const produce = (c: CaseContext, data: readonly PartitionData[], more: Body = {}): Body => ({
  acks: -1,
  timeoutMs: 10_000,
  topicData: data.map(({ topic, index, records }) => ({
    ...topicOf(c, topic ?? 'orders'),
    partitionData: [{ index: index ?? 0, records }],
  })),
  ...more,
});
export const one = (c: CaseContext, spec: BatchSpec, more: Body = {}): Body =>
  produce(c, [{ records: batch(spec) }], more);
export const bytes = (c: CaseContext, records: Buffer | null): Body => produce(c, [{ records }]);
export const readBack = (c: CaseContext, topic = 'orders'): ApiExchange => ({
  $api: 'Fetch',
  $version: 12,
  $body: {
    maxWaitMs: 0,
    topics: [{ topic: c.name(topic), partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000_000 }] }],
  },
});
export const newProducer: ApiExchange = {
  $api: 'InitProducerId',
  $version: 4,
  $body: { transactionalId: null, transactionTimeoutMs: 1000 },
  $until: without(14),
};
const assignedProducer = (c: CaseContext): number =>
  Number(c.answers.find((answer) => 'producerId' in answer)?.producerId);
/** A batch of the producer that an earlier exchange was given. */
export const sequenced = (
  c: CaseContext,
  baseSequence: number,
  more: { producerEpoch?: number; count?: number; producerId?: number } = {},
): ApiExchange => ({
  $body: () =>
    one(c, {
      records: numbered(more.count ?? 1, c.time(0)),
      producerId: more.producerId ?? assignedProducer(c),
      producerEpoch: more.producerEpoch ?? 0,
      baseSequence,
    }),
});
export const orders = { orders: {} };

/** The batch with other attributes, its checksum made right again. */
export function withAttributes(records: Buffer, attributes: number): Buffer {
  const changed = Buffer.from(records);
  changed.writeInt16BE(attributes, 21);
  changed.writeUInt32BE(crc32c(changed.subarray(21)), 17);
  return changed;
}
