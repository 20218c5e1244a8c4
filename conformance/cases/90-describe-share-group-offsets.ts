import type { ApiCases } from '../case.ts';
import { abandoned, alter, offsets, settledShares, shared, topics } from '../groups/share-members.ts';
import { numbered } from '../wire/record-batch.ts';

export const cases: ApiCases = {
  api: 'DescribeShareGroupOffsets',
  needsGroups: true,
  cases: [
    {
      name: 'where a group stands',
      topics,
      produce: (c) => [{ topic: 'orders', partition: 1, batch: { records: numbered(5, c.time(0)) } }],
      exchanges: (c) => [
        ...settledShares(c),
        ...shared(c),
        offsets(c),
        offsets(c, { orders: [0, 1], bills: [0] }),
        offsets(c, { missing: [0, 7] }),
        offsets(c, { orders: [] }),
        offsets(c, {}),
      ],
    },
    {
      name: 'after offsets were set',
      topics,
      produce: (c) => [{ topic: 'orders', partition: 1, batch: { records: numbered(5, c.time(0)) } }],
      exchanges: (c) => [
        ...settledShares(c),
        ...abandoned(c),
        alter(c, { orders: { 1: 2, 2: 0 } }),
        offsets(c, { orders: [0, 1, 2] }),
        alter(c, { orders: { 1: 9 } }),
        offsets(c, { orders: [1] }),
      ],
    },
    {
      name: 'a partition that does not exist',
      topics,
      exchanges: (c) => [...settledShares(c), ...shared(c), { ...offsets(c, { orders: [9] }), $silenceMs: 3000 }],
    },
    {
      name: 'groups that are not there, several, none',
      topics,
      exchanges: (c) => [
        ...settledShares(c),
        offsets(c, undefined, 'missing'),
        offsets(c, { orders: [0] }, 'missing'),
        offsets(c, undefined, ''),
        offsets(c, { orders: [0] }, ''),
        {
          groups: [
            { groupId: c.name('missing'), topics: null },
            { groupId: c.name('another'), topics: [{ topicName: c.name('orders'), partitions: [1] }] },
          ],
        },
        { groups: [] },
      ],
    },
  ],
};
