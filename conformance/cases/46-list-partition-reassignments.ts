import type { ApiCases } from '../case.ts';

export const cases: ApiCases = {
  api: 'ListPartitionReassignments',
  cases: [
    {
      name: 'none under way',
      topics: { orders: { partitions: 2 } },
      exchanges: (c) => [
        { timeoutMs: 5000, topics: null },
        { timeoutMs: 5000, topics: [] },
        { timeoutMs: 5000, topics: [{ name: c.name('orders'), partitionIndexes: [0, 1, 9] }] },
        { timeoutMs: 5000, topics: [{ name: c.name('missing'), partitionIndexes: [0] }] },
      ],
    },
  ],
};
