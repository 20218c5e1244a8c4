import type { ApiCases, CaseContext } from '../case.ts';
import type { Body } from '../wire/encode.ts';
import { numbered } from '../wire/record-batch.ts';

/** The special timestamps: latest, earliest, maximum (KIP-734), earliest local (KIP-405), latest tiered, latest pending upload. */
const specials = [-1, -2, -3, -4, -5, -6, -7];

const ask = (c: CaseContext, topic: string, timestamps: readonly number[], more: Body = {}): Body[] =>
  timestamps.map((timestamp) => ({
    replicaId: -1,
    topics: [{ name: c.name(topic), partitions: [{ partitionIndex: 0, timestamp, ...more }] }],
  }));

export const cases: ApiCases = {
  api: 'ListOffsets',
  cases: [
    {
      name: 'special timestamps of an empty partition',
      topics: { orders: {} },
      exchanges: (c) => ask(c, 'orders', specials),
    },
    {
      name: 'special timestamps',
      topics: { orders: {} },
      produce: (c) => [
        { topic: 'orders', batch: { records: numbered(3, c.time(0)) } },
        { topic: 'orders', batch: { records: numbered(2, c.time(500)) } },
        { topic: 'orders', batch: { records: numbered(2, c.time(100)) } },
      ],
      exchanges: (c) => ask(c, 'orders', specials),
    },
    {
      name: 'by time',
      topics: { orders: {} },
      produce: (c) => [
        { topic: 'orders', batch: { records: numbered(3, c.time(0)) } },
        { topic: 'orders', batch: { records: numbered(3, c.time(100)) } },
      ],
      exchanges: (c) =>
        ask(c, 'orders', [0, c.time(-5), c.time(0), c.time(1), c.time(3), c.time(101), c.time(102), c.time(103)]),
    },
    ...(['gzip', 'snappy', 'lz4', 'zstd'] as const).map((compression) => ({
      name: `by time within a batch compressed with ${compression}`,
      topics: { orders: {} },
      produce: (c: CaseContext) => [
        { topic: 'orders', batch: { compression, records: numbered(5, c.time(0)) } },
        { topic: 'orders', batch: { compression, records: numbered(5, c.time(50)) } },
      ],
      exchanges: (c: CaseContext) => ask(c, 'orders', [c.time(2), c.time(52), c.time(60), -3]),
    })),
    {
      name: 'timestamps out of order',
      topics: { orders: {} },
      produce: (c) => [
        {
          topic: 'orders',
          batch: {
            records: [40, 10, 90, 20].map((ms) => ({ value: `at ${ms}`, timestamp: c.time(ms) })),
          },
        },
        { topic: 'orders', batch: { records: [30, 95].map((ms) => ({ value: 'x', timestamp: c.time(ms) })) } },
      ],
      exchanges: (c) => ask(c, 'orders', [c.time(5), c.time(15), c.time(41), c.time(90), c.time(91), c.time(96), -3]),
    },
    {
      name: 'on a topic of append times',
      topics: { orders: { configs: { 'message.timestamp.type': 'LogAppendTime' } } },
      produce: (c) => [
        { topic: 'orders', batch: { records: numbered(3, c.time(0)) } },
        { topic: 'orders', batch: { compression: 'gzip', records: numbered(3, c.time(0)) } },
      ],
      exchanges: (c) => ask(c, 'orders', [c.time(0), c.time(900_000), -1, -2]),
    },
    ...(['none', 'gzip'] as const).map((compression) => ({
      name: `the largest timestamp on a topic of append times, compression ${compression}`,
      topics: { orders: { configs: { 'message.timestamp.type': 'LogAppendTime' } } },
      produce: (c: CaseContext) => [{ topic: 'orders', batch: { compression, records: numbered(3, c.time(0)) } }],
      exchanges: (c: CaseContext) => ask(c, 'orders', [-3]),
    })),
    {
      name: 'after records were deleted',
      topics: { orders: {} },
      produce: (c) => [
        { topic: 'orders', batch: { records: numbered(4, c.time(0)) } },
        { topic: 'orders', batch: { records: numbered(4, c.time(100)) } },
      ],
      exchanges: (c) => [
        {
          $api: 'DeleteRecords',
          $version: 2,
          $body: {
            topics: [{ name: c.name('orders'), partitions: [{ partitionIndex: 0, offset: 2 }] }],
            timeoutMs: 5000,
          },
        },
        ...ask(c, 'orders', [-2, -4, c.time(0), c.time(1), c.time(3), -3]),
      ],
    },
    {
      name: 'both isolation levels',
      versions: { min: 2 },
      topics: { orders: {} },
      produce: (c) => [{ topic: 'orders', batch: { records: numbered(3, c.time(0)) } }],
      exchanges: (c) => [
        ...ask(c, 'orders', [-1]).map((body) => ({ ...body, isolationLevel: 1 })),
        ...ask(c, 'orders', [c.time(1)]).map((body) => ({ ...body, isolationLevel: 1 })),
        ...ask(c, 'orders', [-1]).map((body) => ({ ...body, isolationLevel: 7 })),
      ],
    },
    {
      name: 'leader epochs',
      versions: { min: 4 },
      topics: { orders: {} },
      exchanges: (c) => [
        ...ask(c, 'orders', [-1], { currentLeaderEpoch: 0 }),
        ...ask(c, 'orders', [-1], { currentLeaderEpoch: 1 }),
        ...ask(c, 'orders', [-1], { currentLeaderEpoch: -2 }),
      ],
    },
    {
      name: 'unknown topics and partitions',
      topics: { orders: {} },
      exchanges: (c) => [
        ...ask(c, 'missing', [-1]),
        ...ask(c, '', [-1]),
        { replicaId: -1, topics: [{ name: '', partitions: [{ partitionIndex: 0, timestamp: -1 }] }] },
        {
          replicaId: -1,
          topics: [
            {
              name: c.name('orders'),
              partitions: [
                { partitionIndex: 1, timestamp: -1 },
                { partitionIndex: -1, timestamp: -1 },
                { partitionIndex: 0, timestamp: -1 },
              ],
            },
          ],
        },
      ],
    },
    {
      name: 'the same partition twice, and none',
      topics: { orders: {} },
      exchanges: (c) => [
        {
          replicaId: -1,
          topics: [
            {
              name: c.name('orders'),
              partitions: [
                { partitionIndex: 0, timestamp: -1 },
                { partitionIndex: 0, timestamp: -2 },
              ],
            },
          ],
        },
        { replicaId: -1, topics: [{ name: c.name('orders'), partitions: [] }] },
        { replicaId: -1, topics: [] },
      ],
    },
    {
      name: 'from a replica that is none, and the debugging one',
      topics: { orders: {} },
      produce: (c) => [{ topic: 'orders', batch: { records: numbered(2, c.time(0)) } }],
      exchanges: (c) => [
        ...ask(c, 'orders', [-1]).map((body) => ({ ...body, replicaId: -2 })),
        ...ask(c, 'orders', [-1]).map((body) => ({ ...body, replicaId: 999 })),
        ...ask(c, 'orders', [-1]).map((body) => ({ ...body, replicaId: c.nodeId })),
      ],
    },
  ],
};
