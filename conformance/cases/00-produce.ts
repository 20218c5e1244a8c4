import { type ApiCases, type ApiExchange, type CaseContext, without } from '../case.ts';
import { unknownId } from '../constants.ts';
import { crc32c } from '../wire/crc32c.ts';
import type { Body } from '../wire/encode.ts';
import { type BatchSpec, batch, numbered, oldMessage } from '../wire/record-batch.ts';

type PartitionData = { readonly topic?: string; readonly index?: number; readonly records: Buffer | null };

/** Since version 13 topics go by their id. */
const topicOf = (c: CaseContext, base: string): Body =>
  c.version >= 13 ? { topicId: c.topicId(base) } : { name: c.name(base) };
const produce = (c: CaseContext, data: readonly PartitionData[], more: Body = {}): Body => ({
  acks: -1,
  timeoutMs: 10_000,
  topicData: data.map(({ topic, index, records }) => ({
    ...topicOf(c, topic ?? 'orders'),
    partitionData: [{ index: index ?? 0, records }],
  })),
  ...more,
});
const one = (c: CaseContext, spec: BatchSpec, more: Body = {}): Body => produce(c, [{ records: batch(spec) }], more);
const bytes = (c: CaseContext, records: Buffer | null): Body => produce(c, [{ records }]);
const readBack = (c: CaseContext, topic = 'orders'): ApiExchange => ({
  $api: 'Fetch',
  $version: 12,
  $body: {
    maxWaitMs: 0,
    topics: [{ topic: c.name(topic), partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000_000 }] }],
  },
});
const newProducer: ApiExchange = {
  $api: 'InitProducerId',
  $version: 4,
  $body: { transactionalId: null, transactionTimeoutMs: 1000 },
  $until: without(14),
};
const assignedProducer = (c: CaseContext): number =>
  Number(c.answers.find((answer) => 'producerId' in answer)?.producerId);
/** A batch of the producer that an earlier exchange was given. */
const sequenced = (
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
const orders = { orders: {} };

export const cases: ApiCases = {
  api: 'Produce',
  cases: [
    {
      name: 'success with every acks',
      topics: orders,
      exchanges: (c) => [
        one(c, { records: numbered(3, c.time(0)) }),
        one(c, { records: numbered(2, c.time(10)) }, { acks: 1 }),
        { $body: one(c, { records: numbered(1, c.time(20)) }, { acks: 0 }), $expectsNone: true },
        { ...readBack(c), $until: (answer) => JSON.stringify(answer).includes('"highWatermark":6') },
      ],
    },
    {
      name: 'acks of another number',
      topics: orders,
      exchanges: (c) => [2, -2, 100].map((acks) => one(c, { records: numbered(1, c.time(0)) }, { acks })),
    },
    {
      name: 'acks=0 with an error closes the connection',
      topics: orders,
      exchanges: (c) => [
        {
          $body: produce(c, [{ index: 9, records: batch({ records: numbered(1, c.time(0)) }) }], { acks: 0 }),
          $silenceMs: 3000,
        },
      ],
    },
    {
      name: 'no topics and no partitions',
      topics: orders,
      exchanges: (c) => [
        { acks: 1, timeoutMs: 1000, topicData: [] },
        { acks: 1, timeoutMs: 1000, topicData: [{ ...topicOf(c, 'orders'), partitionData: [] }] },
      ],
    },
    {
      name: 'several partitions, some of them wrong',
      topics: { orders: { partitions: 2 }, bills: {} },
      exchanges: (c) => {
        const records = batch({ records: numbered(1, c.time(0)) });
        return [
          {
            acks: 1,
            timeoutMs: 1000,
            topicData: [
              { ...topicOf(c, 'orders'), partitionData: [0, 1, 2, -1].map((index) => ({ index, records })) },
              { ...topicOf(c, 'bills'), partitionData: [{ index: 0, records }] },
              c.version >= 13
                ? { topicId: unknownId, partitionData: [{ index: 0, records }] }
                : { name: c.name('missing'), partitionData: [{ index: 0, records }] },
            ],
          },
        ];
      },
    },
    {
      name: 'the empty name, or the zero id',
      exchanges: (c) => [
        {
          acks: 1,
          timeoutMs: 1000,
          topicData: [{ partitionData: [{ index: 0, records: batch({ records: numbered(1, c.time(0)) }) }] }],
        },
      ],
    },
    {
      name: 'the same partition twice in one request',
      topics: orders,
      exchanges: (c) => {
        const records = batch({ records: numbered(1, c.time(0)) });
        return [produce(c, [{ records }, { records }]), readBack(c)];
      },
    },
    { name: 'null records', topics: orders, exchanges: (c) => [{ $body: bytes(c, null), $silenceMs: 700 }] },
    { name: 'no bytes', topics: orders, exchanges: (c) => [bytes(c, Buffer.alloc(0))] },
    { name: 'a batch without records', topics: orders, exchanges: (c) => [one(c, { records: [] })] },
    {
      name: 'two batches for one partition',
      topics: orders,
      exchanges: (c) => {
        const records = batch({ records: numbered(1, c.time(0)) });
        return [bytes(c, Buffer.concat([records, records]))];
      },
    },
    {
      name: 'a wrong checksum',
      topics: orders,
      exchanges: (c) => [one(c, { records: numbered(1, c.time(0)), breakCrc: true }), readBack(c)],
    },
    {
      name: 'messages of the formats 0 and 1',
      topics: orders,
      exchanges: (c) => [bytes(c, oldMessage(0, 'old', c.time(0))), bytes(c, oldMessage(1, 'old', c.time(0)))],
    },
    {
      name: 'a batch of an unknown magic',
      topics: orders,
      exchanges: (c) => [3, -1, 127].map((magic) => one(c, { records: numbered(1, c.time(0)), magic })),
    },
    {
      name: 'garbage, and batches that end too early',
      topics: orders,
      exchanges: (c) => {
        const records = batch({ records: numbered(3, c.time(0)) });
        const tooLong = Buffer.from(records);
        tooLong.writeInt32BE(records.length, 8);
        const negative = Buffer.from(records);
        negative.writeInt32BE(-5, 8);
        return [
          bytes(c, Buffer.from('garbage')),
          bytes(c, Buffer.alloc(100, 0xff)),
          bytes(c, Buffer.alloc(100)),
          bytes(c, records.subarray(0, records.length - 1)),
          bytes(c, records.subarray(0, 61)),
          bytes(c, records.subarray(0, 12)),
          bytes(c, Buffer.concat([records, Buffer.alloc(3)])),
          bytes(c, tooLong),
          bytes(c, negative),
        ];
      },
    },
    ...(['gzip', 'snappy', 'lz4', 'zstd'] as const).map((compression) => ({
      name: `compressed with ${compression}`,
      topics: orders,
      exchanges: (c: CaseContext) => [one(c, { compression, records: numbered(3, c.time(0)) }), readBack(c)],
    })),
    {
      name: 'an unknown compression',
      topics: orders,
      exchanges: (c) =>
        [5, 6, 7].map((code) => {
          const records = batch({ records: numbered(1, c.time(0)) });
          return bytes(c, withAttributes(records, code));
        }),
    },
    {
      name: 'bytes that cannot be decompressed',
      topics: orders,
      exchanges: (c) =>
        [1, 2, 3, ...(c.version >= 7 ? [4] : [])].map((code) => {
          const records = batch({ records: numbered(1, c.time(0)) });
          return bytes(c, withAttributes(records, code));
        }),
    },
    {
      name: 'counts and offsets that do not agree',
      topics: orders,
      exchanges: (c) => {
        const records = numbered(3, c.time(0));
        return [
          one(c, { records, recordCount: 2 }),
          one(c, { records, recordCount: 4 }),
          one(c, { records, recordCount: -1 }),
          one(c, { records, lastOffsetDelta: 1 }),
          one(c, { records, lastOffsetDelta: 5 }),
          one(c, { records, offsetDeltas: [0, 2, 1] }),
          one(c, { records, offsetDeltas: [0, 0, 0] }),
          one(c, { records, offsetDeltas: [1, 2, 3] }),
          one(c, { records, baseOffset: 7 }),
          one(c, { records, partitionLeaderEpoch: 5 }),
          one(c, { records, maxTimestamp: c.time(999) }),
          one(c, { records, compression: 'gzip', recordCount: 2 }),
          one(c, { records, compression: 'gzip', recordCount: 4 }),
          one(c, { records, compression: 'gzip', offsetDeltas: [0, 2, 1] }),
          one(c, { records, compression: 'gzip', lastOffsetDelta: 5, recordCount: 6 }),
        ];
      },
    },
    {
      name: 'keys, headers, nulls and empty values',
      topics: orders,
      exchanges: (c) => [
        one(c, {
          records: [
            { key: null, value: null, timestamp: c.time(0) },
            { key: '', value: '', timestamp: c.time(1) },
            { key: 'k', value: 'v', headers: { h: 'x', empty: '', none: null, '': 'y' }, timestamp: c.time(2) },
          ],
        }),
        readBack(c),
      ],
    },
    {
      name: 'a batch that is too large for the topic',
      topics: { orders: { configs: { 'max.message.bytes': '200' } } },
      exchanges: (c) => [
        one(c, { records: [{ value: 'x'.repeat(100), timestamp: c.time(0) }] }),
        one(c, { records: [{ value: 'x'.repeat(300), timestamp: c.time(0) }] }),
        one(c, { compression: 'gzip', records: [{ value: 'x'.repeat(3000), timestamp: c.time(0) }] }),
      ],
    },
    {
      name: 'a batch at the limit of the topic and one past it',
      topics: { orders: { configs: { 'max.message.bytes': '200' } } },
      exchanges: (c) => {
        const overhead = batch({ records: [{ value: 'x'.repeat(100), timestamp: c.time(0) }] }).length - 100;
        return [200, 201].map((size) =>
          one(c, { records: [{ value: 'x'.repeat(size - overhead), timestamp: c.time(0) }] }),
        );
      },
    },
    {
      name: 'append times',
      topics: { orders: { configs: { 'message.timestamp.type': 'LogAppendTime' } } },
      exchanges: (c) => [
        one(c, { records: numbered(2, c.time(0)) }),
        one(c, { compression: 'gzip', records: numbered(2, c.time(0)) }),
        one(c, { timestampType: 'append', records: numbered(2, c.time(0)) }),
        readBack(c),
      ],
    },
    {
      name: 'a client that claims append times on a topic of create times',
      topics: orders,
      exchanges: (c) => [one(c, { timestampType: 'append', records: numbered(2, c.time(0)) }), readBack(c)],
    },
    {
      name: 'timestamps too early or too late',
      topics: {
        orders: {
          configs: { 'message.timestamp.before.max.ms': '7200000', 'message.timestamp.after.max.ms': '1000000' },
        },
      },
      exchanges: (c) => [
        one(c, { records: [{ value: 'a', timestamp: c.time(-5_000_000) }] }),
        one(c, { records: [{ value: 'a', timestamp: c.time(6_000_000) }] }),
        one(c, { records: [0, -5_000_000, 6_000_000].map((ms) => ({ value: 'a', timestamp: c.time(ms) })) }),
        one(c, { records: [0, -5_000_000].map((ms) => ({ value: 'a', timestamp: c.time(ms) })), compression: 'gzip' }),
        one(c, { records: [{ value: 'a', timestamp: c.time(0) }] }),
      ],
    },
    {
      name: 'a record without a timestamp, and one of a future day',
      topics: orders,
      exchanges: (c) => [
        one(c, { records: [{ value: 'a', timestamp: -1 }] }),
        one(c, { records: [{ value: 'a', timestamp: c.time(100_000_000) }] }),
      ],
    },
    {
      name: 'null keys on a compacted topic',
      topics: { orders: { configs: { 'cleanup.policy': 'compact' } } },
      exchanges: (c) => [
        one(c, {
          records: [
            { key: 'a', value: '1', timestamp: c.time(0) },
            { key: null, value: '2', timestamp: c.time(1) },
            { key: null, value: '3', timestamp: c.time(2) },
          ],
        }),
        one(c, { compression: 'gzip', records: [{ key: null, value: '2', timestamp: c.time(1) }] }),
        one(c, { records: [{ key: '', value: '2', timestamp: c.time(1) }] }),
      ],
    },
    ...(['gzip', 'zstd', 'uncompressed'] as const).map((type) => ({
      name: `the topic's compression is ${type}`,
      topics: { orders: { configs: { 'compression.type': type } } },
      exchanges: (c: CaseContext) => [
        one(c, { records: numbered(3, c.time(0)) }),
        one(c, { compression: 'gzip', records: numbered(3, c.time(0)) }),
        readBack(c),
      ],
    })),
    {
      name: 'fewer replicas in sync than the topic wants',
      topics: { orders: { configs: { 'min.insync.replicas': '2' } } },
      exchanges: (c) => [
        one(c, { records: numbered(1, c.time(0)) }),
        one(c, { records: numbered(1, c.time(0)) }, { acks: 1 }),
      ],
    },
    {
      name: 'idempotent: in order, repeated, with a gap',
      topics: orders,
      exchanges: (c) => [
        newProducer,
        sequenced(c, 0),
        sequenced(c, 1, { count: 3 }),
        sequenced(c, 1, { count: 3 }),
        sequenced(c, 0),
        sequenced(c, 5),
        sequenced(c, 4),
        sequenced(c, 1, { count: 2 }),
        sequenced(c, 4, { count: 2 }),
      ],
    },
    {
      name: 'idempotent: the fifth batch back is a duplicate, the sixth is not',
      topics: orders,
      exchanges: (c) => [
        newProducer,
        ...[0, 1, 2, 3, 4, 5, 6].map((n) => sequenced(c, n)),
        sequenced(c, 2),
        sequenced(c, 1),
        sequenced(c, 0),
      ],
    },
    {
      name: 'idempotent: epochs',
      topics: orders,
      exchanges: (c) => [
        newProducer,
        sequenced(c, 0),
        sequenced(c, 1, { producerEpoch: 1 }),
        sequenced(c, 0, { producerEpoch: 1 }),
        sequenced(c, 1, { producerEpoch: 0 }),
        sequenced(c, 1, { producerEpoch: 1 }),
        sequenced(c, 0, { producerEpoch: -1 }),
      ],
    },
    {
      name: 'idempotent: a producer that the partition does not know',
      topics: orders,
      exchanges: (c) => [
        sequenced(c, 100, { producerId: 987_654 }),
        sequenced(c, 101, { producerId: 987_654 }),
        sequenced(c, 103, { producerId: 987_654 }),
      ],
    },
    {
      name: 'idempotent: sequences wrap around',
      topics: orders,
      exchanges: (c) => [
        sequenced(c, 2_147_483_646, { producerId: 987_655, count: 2 }),
        sequenced(c, 0, { producerId: 987_655 }),
        sequenced(c, 2_147_483_646, { producerId: 987_656, count: 4 }),
        sequenced(c, 2, { producerId: 987_656 }),
      ],
    },
    {
      name: 'idempotent: a producer id without a sequence, a sequence without a producer id',
      topics: orders,
      exchanges: (c) => [
        sequenced(c, -1, { producerId: 987_657 }),
        sequenced(c, -2, { producerId: 987_657 }),
        sequenced(c, 0, { producerId: -1 }),
        sequenced(c, 0, { producerId: -2 }),
      ],
    },
    {
      name: 'idempotent: a duplicate on a topic of append times',
      topics: { orders: { configs: { 'message.timestamp.type': 'LogAppendTime' } } },
      exchanges: (c) => [newProducer, sequenced(c, 0), sequenced(c, 0)],
    },
    {
      name: 'control and transactional batches of an idempotent producer',
      topics: orders,
      exchanges: (c) => [
        one(c, { records: numbered(1, c.time(0)), isControl: true }),
        one(c, { records: numbered(1, c.time(0)), isTransactional: true }),
        one(c, {
          records: numbered(1, c.time(0)),
          isTransactional: true,
          producerId: 987_658,
          producerEpoch: 0,
          baseSequence: 0,
        }),
      ],
    },
    {
      name: 'version 2 and below are advertised and refused',
      versions: { min: 13 },
      exchanges: () => [{ $version: 2, $answerVersion: 3, $body: Buffer.alloc(10), $silenceMs: 2000 }],
    },
  ],
};

/** The batch with other attributes, its checksum made right again. */
function withAttributes(records: Buffer, attributes: number): Buffer {
  const changed = Buffer.from(records);
  changed.writeInt16BE(attributes, 21);
  changed.writeUInt32BE(crc32c(changed.subarray(21)), 17);
  return changed;
}
