import type { ApiCases } from '../case.ts';
import { gathered } from '../requests/log-dirs.ts';
import { numbered } from '../wire/record-batch.ts';

export const cases: ApiCases = {
  api: 'DescribeLogDirs',
  cases: [
    {
      name: 'all topics',
      topics: { orders: { partitions: 2 }, bills: {} },
      produce: (c) => [{ topic: 'orders', batch: { records: numbered(3, c.time(0)) } }],
      exchanges: (c) => [
        ...gathered(c, c.name('orders'), [0, 1]),
        ...gathered(c, c.name('bills'), [0]),
        { topics: null },
      ],
    },
    {
      name: 'some partitions',
      topics: { orders: { partitions: 3 } },
      produce: (c) => [{ topic: 'orders', batch: { records: numbered(3, c.time(0)) } }],
      exchanges: (c) => [
        ...gathered(c, c.name('orders'), [0, 1, 2]),
        { topics: [{ topic: c.name('orders'), partitions: [0, 2] }] },
        { topics: [{ topic: c.name('orders'), partitions: [0, 9] }] },
        { topics: [{ topic: c.name('orders'), partitions: [] }] },
        { topics: [{ topic: c.name('missing'), partitions: [0] }] },
        { topics: [] },
      ],
    },
  ],
};
