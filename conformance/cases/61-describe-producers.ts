import type { ApiCases } from '../case.ts';
import { numbered } from '../wire/record-batch.ts';

export const cases: ApiCases = {
  api: 'DescribeProducers',
  cases: [
    {
      name: 'idempotent producers of a partition',
      topics: { orders: { partitions: 2 } },
      produce: (c) => [
        {
          topic: 'orders',
          batch: { records: numbered(3, c.time(0)), producerId: 700_001, producerEpoch: 2, baseSequence: 5 },
        },
        {
          topic: 'orders',
          batch: { records: numbered(1, c.time(50)), producerId: 700_002, producerEpoch: 0, baseSequence: 0 },
        },
        { topic: 'orders', batch: { records: numbered(1, c.time(60)) } },
      ],
      exchanges: (c) => [{ topics: [{ name: c.name('orders'), partitionIndexes: [0, 1] }] }],
    },
    {
      name: 'unknown topics and partitions, none',
      topics: { orders: {} },
      exchanges: (c) => [
        {
          topics: [
            { name: c.name('orders'), partitionIndexes: [3, -1] },
            { name: c.name('missing'), partitionIndexes: [0] },
            { name: '', partitionIndexes: [0] },
          ],
        },
        { topics: [] },
        { topics: [{ name: c.name('orders'), partitionIndexes: [] }] },
      ],
    },
    {
      name: 'the same twice, partitions of internal topics',
      topics: { orders: {} },
      exchanges: (c) => [
        {
          topics: [
            { name: c.name('orders'), partitionIndexes: [0, 0] },
            { name: c.name('orders'), partitionIndexes: [0] },
          ],
        },
        { topics: [{ name: c.name('orders'), partitionIndexes: [2_147_483_647, -2_147_483_648] }] },
        { topics: [{ name: '..', partitionIndexes: [0] }] },
        { topics: [{ name: 'n'.repeat(250), partitionIndexes: [0] }] },
      ],
    },
  ],
};
