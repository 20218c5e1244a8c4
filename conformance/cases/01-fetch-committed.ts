import type { ApiCases, CaseContext } from '../case.ts';
import { fetch, partition } from '../requests/fetch.ts';
import { addPartitions, begin, end, shown, topics, write } from '../requests/transactions.ts';

const opened = (c: CaseContext, name: string) => [
  begin(c, { txn: name, as: name }),
  addPartitions(c, { orders: [0] }, { txn: name, as: name }),
  write(c, { txn: name, as: name, count: 2 }),
];
const from = (c: CaseContext, fetchOffset: number, isolationLevel: number) =>
  fetch(c, [partition(fetchOffset)], { isolationLevel });

export const cases: ApiCases = {
  api: 'Fetch',
  needsTransactions: true,
  cases: [
    {
      name: 'committed: an open transaction hides what is behind its first record',
      topics,
      produce: (c) => [{ topic: 'orders', batch: { records: [{ value: 'before', timestamp: c.time(0) }] } }],
      exchanges: (c) => [
        ...opened(c, 'open'),
        from(c, 0, 1),
        from(c, 0, 0),
        from(c, 1, 1),
        from(c, 3, 1),
        from(c, 4, 1),
      ],
    },
    {
      name: 'committed: aborted transactions are named',
      topics,
      exchanges: (c) => [
        ...opened(c, 'one'),
        ...opened(c, 'two'),
        end(c, false, { txn: 'one', as: 'one' }),
        shown(c, 'CompleteAbort', 'one'),
        from(c, 0, 1),
        end(c, true, { txn: 'two', as: 'two' }),
        shown(c, 'CompleteCommit', 'two'),
        from(c, 0, 1),
        from(c, 1, 1),
        from(c, 2, 1),
        from(c, 4, 1),
        from(c, 5, 1),
        from(c, 0, 0),
      ],
    },
  ],
};
