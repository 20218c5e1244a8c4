import type { ApiCases, ApiExchange, CaseContext } from '../case.ts';
import type { Body } from '../wire/encode.ts';
import { numbered } from '../wire/record-batch.ts';

const deleteBelow = (c: CaseContext, ...offsets: number[]): Body[] =>
  offsets.map((offset) => ({
    topics: [{ name: c.name('orders'), partitions: [{ partitionIndex: 0, offset }] }],
    timeoutMs: 5000,
  }));
const earliest = (c: CaseContext): ApiExchange => ({
  $api: 'ListOffsets',
  $version: 5,
  $body: { replicaId: -1, topics: [{ name: c.name('orders'), partitions: [{ partitionIndex: 0, timestamp: -2 }] }] },
});
const twoBatches = (c: CaseContext) => [
  { topic: 'orders', batch: { records: numbered(3, c.time(0)) } },
  { topic: 'orders', batch: { records: numbered(3, c.time(100)) } },
];
const withPolicy = (policy: string) => ({ orders: { configs: { 'cleanup.policy': policy } } });

export const cases: ApiCases = {
  api: 'DeleteRecords',
  cases: [
    {
      name: 'below an offset, backwards, to the end, past the end',
      topics: { orders: {} },
      produce: twoBatches,
      exchanges: (c) => [...deleteBelow(c, 2, 1, 0, 4, 7, 6, 6), earliest(c)],
    },
    {
      name: 'to the high watermark',
      topics: { orders: {} },
      produce: twoBatches,
      exchanges: (c) => [...deleteBelow(c, -1), earliest(c)],
    },
    {
      name: 'below no offset',
      topics: { orders: {} },
      produce: twoBatches,
      exchanges: (c) => deleteBelow(c, -2, -100),
    },
    { name: 'of an empty partition', topics: { orders: {} }, exchanges: (c) => deleteBelow(c, 0, -1, 1) },
    ...['compact', 'compact,delete', ''].map((policy) => ({
      name: `of a topic with the policy "${policy}"`,
      topics: withPolicy(policy),
      produce: twoBatches,
      exchanges: (c: CaseContext) => deleteBelow(c, 2),
    })),
    {
      name: 'unknown topics and partitions, none',
      topics: { orders: {} },
      produce: twoBatches,
      exchanges: (c) => [
        {
          timeoutMs: 5000,
          topics: [
            { name: c.name('missing'), partitions: [{ partitionIndex: 0, offset: 0 }] },
            {
              name: c.name('orders'),
              partitions: [0, 1, -1].map((partitionIndex) => ({ partitionIndex, offset: 1 })),
            },
          ],
        },
        { timeoutMs: 5000, topics: [] },
        { timeoutMs: 5000, topics: [{ name: c.name('orders'), partitions: [] }] },
        { timeoutMs: 5000, topics: [{ name: '', partitions: [{ partitionIndex: 0, offset: 0 }] }] },
      ],
    },
    {
      name: 'a timeout of zero',
      topics: { orders: {} },
      produce: twoBatches,
      exchanges: (c) => deleteBelow(c, 1).map((body) => ({ ...body, timeoutMs: 0 })),
    },
  ],
};
