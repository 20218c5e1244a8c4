import { type ApiCases, type ApiExchange, type CaseContext, saying } from '../case.ts';
import type { Body } from '../wire/encode.ts';

const grow = (c: CaseContext, count: number, more: Body = {}, request: Body = {}): Body => ({
  topics: [{ name: c.name('orders'), count, assignments: null, ...more }],
  timeoutMs: 10_000,
  ...request,
});
const partitionsNow = (c: CaseContext, expected: string): ApiExchange => ({
  $api: 'Metadata',
  $version: 9,
  $body: { topics: [{ name: c.name('orders') }], allowAutoTopicCreation: false },
  $until: saying(expected),
});
const orders = { orders: { partitions: 2 } };

export const cases: ApiCases = {
  api: 'CreatePartitions',
  cases: [
    { name: 'more', topics: orders, exchanges: (c) => [grow(c, 4), partitionsNow(c, '"partitionIndex":3')] },
    { name: 'as many, fewer, none', topics: orders, exchanges: (c) => [2, 1, 0, -1].map((count) => grow(c, count)) },
    {
      name: 'assigned by hand',
      topics: orders,
      exchanges: (c) => [
        grow(c, 4, { assignments: [{ brokerIds: [c.nodeId] }, { brokerIds: [c.nodeId] }] }),
        partitionsNow(c, '"partitionIndex":3'),
      ],
    },
    {
      name: 'wrongly assigned by hand',
      topics: orders,
      exchanges: (c) => [
        grow(c, 4, { assignments: [{ brokerIds: [c.nodeId] }] }),
        grow(c, 3, { assignments: [{ brokerIds: [c.nodeId] }, { brokerIds: [c.nodeId] }] }),
        grow(c, 3, { assignments: [] }),
        grow(c, 3, { assignments: [{ brokerIds: [] }] }),
        grow(c, 3, { assignments: [{ brokerIds: [999] }] }),
        grow(c, 3, { assignments: [{ brokerIds: [c.nodeId, c.nodeId] }] }),
        grow(c, 3, { assignments: [{ brokerIds: [c.nodeId, 999] }] }),
      ],
    },
    {
      name: 'validate only',
      topics: orders,
      exchanges: (c) => [
        grow(c, 5, {}, { validateOnly: true }),
        grow(c, 1, {}, { validateOnly: true }),
        partitionsNow(c, '"partitionIndex":1'),
      ],
    },
    {
      name: 'unknown topics, invalid names, the same twice, none',
      topics: orders,
      exchanges: (c) => [
        { topics: [{ name: c.name('missing'), count: 3, assignments: null }], timeoutMs: 10_000 },
        { topics: [{ name: '', count: 3, assignments: null }], timeoutMs: 10_000 },
        { topics: [3, 4].map((count) => ({ name: c.name('orders'), count, assignments: null })), timeoutMs: 10_000 },
        { topics: [], timeoutMs: 10_000 },
      ],
    },
    { name: 'a timeout of zero', topics: orders, exchanges: (c) => [grow(c, 3, {}, { timeoutMs: 0 })] },
  ],
};
