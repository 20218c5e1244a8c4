import type { ApiCases, CaseContext } from '../case.ts';
import type { Body } from '../wire/encode.ts';

const reassign = (c: CaseContext, topic: string, ...partitions: [number, number[] | null][]): Body => ({
  timeoutMs: 5000,
  ...(c.version >= 1 ? { allowReplicationFactorChange: true } : {}),
  topics: [
    {
      name: topic,
      partitions: partitions.map(([partitionIndex, replicas]) => ({ partitionIndex, replicas })),
    },
  ],
});

export const cases: ApiCases = {
  api: 'AlterPartitionReassignments',
  cases: [
    {
      name: 'to where it is, to nowhere, and the end of none',
      topics: { orders: { partitions: 2 } },
      exchanges: (c) => {
        const orders = c.name('orders');
        return [
          reassign(c, orders, [0, [c.nodeId]], [1, [c.nodeId]]),
          reassign(c, orders, [0, []]),
          reassign(c, orders, [0, [99]]),
          reassign(c, orders, [0, [c.nodeId, c.nodeId]]),
          reassign(c, orders, [0, [c.nodeId, 99]]),
          reassign(c, orders, [0, [-1]]),
          reassign(c, orders, [0, null]),
          reassign(c, orders, [7, [c.nodeId]], [-1, null]),
          reassign(c, c.name('missing'), [0, [c.nodeId]], [1, null]),
          reassign(c, '', [0, [c.nodeId]]),
          reassign(c, orders),
          { timeoutMs: 5000, topics: [] },
        ];
      },
    },
  ],
};
