import type { ApiCases } from '../case.ts';
import { addPartitions, begin, shown, topics } from '../requests/transactions.ts';

export const cases: ApiCases = {
  api: 'DescribeTransactions',
  needsTransactions: true,
  cases: [
    {
      name: 'open, empty, and those that nobody has',
      topics,
      exchanges: (c) => [
        begin(c, { txn: 'open', as: 'open' }),
        addPartitions(c, { orders: [0], bills: [0] }, { txn: 'open', as: 'open' }),
        begin(c, { txn: 'empty', as: 'empty', more: { transactionTimeoutMs: 1234 } }),
        shown(c, 'Ongoing', 'open'),
        shown(c, 'Empty', 'empty'),
        { transactionalIds: [c.name('missing')] },
        { transactionalIds: [''] },
        { transactionalIds: [] },
      ],
    },
    {
      name: 'the same twice, a long one, one in other letters',
      exchanges: (c) => [
        begin(c),
        { transactionalIds: [c.name('txn'), c.name('txn')] },
        { transactionalIds: ['i'.repeat(300), 'ид 🔑'] },
      ],
    },
  ],
};
