import type { ApiCases } from '../case.ts';
import { addPartitions, begin, end, shown, topics } from '../requests/transactions.ts';

export const cases: ApiCases = {
  api: 'AddPartitionsToTxn',
  needsTransactions: true,
  cases: [
    {
      name: 'partitions come in, again, and more of them',
      topics,
      exchanges: (c) => [
        begin(c),
        addPartitions(c, { orders: [0] }),
        addPartitions(c, { orders: [0] }),
        addPartitions(c, { orders: [0, 2], bills: [0] }),
        shown(c, 'Ongoing'),
      ],
    },
    {
      name: 'none, the same twice, unknown ones',
      topics,
      exchanges: (c) => [
        begin(c),
        addPartitions(c, {}),
        addPartitions(c, { orders: [] }),
        addPartitions(c, { orders: [1, 1] }),
        addPartitions(c, { orders: [0, 7], missing: [0] }),
        addPartitions(c, { orders: [-1] }),
        shown(c, 'Ongoing'),
      ],
    },
    {
      name: 'of somebody else',
      topics,
      exchanges: (c) => [
        begin(c),
        addPartitions(c, { orders: [0] }, { txn: 'missing' }),
        addPartitions(c, { orders: [0] }, { txn: '' }),
        addPartitions(c, { orders: [0] }, { more: { producerId: 123_456 } }),
        addPartitions(c, { orders: [0] }, { epochs: 1 }),
        addPartitions(c, { orders: [0] }, { epochs: -1 }),
        shown(c, 'Empty'),
      ],
    },
    {
      name: 'in the transaction after the first',
      topics,
      exchanges: (c) => [
        begin(c),
        addPartitions(c, { orders: [0] }),
        end(c, true),
        addPartitions(c, { orders: [1] }),
        shown(c, 'Ongoing'),
        end(c, false),
        shown(c, 'CompleteAbort'),
      ],
    },
    {
      name: 'only to verify',
      versions: { min: 4 },
      topics,
      exchanges: (c) => [
        begin(c),
        addPartitions(c, { orders: [0] }, { verifyOnly: true }),
        addPartitions(c, { orders: [0] }),
        addPartitions(c, { orders: [0, 1] }, { verifyOnly: true }),
        addPartitions(c, { orders: [0, 7] }, { verifyOnly: true }),
        addPartitions(c, { orders: [0] }, { verifyOnly: true, epochs: 1 }),
        addPartitions(c, { orders: [0] }, { verifyOnly: true, txn: 'missing' }),
        addPartitions(c, { orders: [0] }, { verifyOnly: true, txn: '' }),
      ],
    },
    {
      name: 'of several transactions',
      versions: { min: 4 },
      topics,
      exchanges: (c) => [
        begin(c, { txn: 'one', as: 'one' }),
        begin(c, { txn: 'two', as: 'two' }),
        {
          $body: () => ({
            transactions: ['one', 'two', 'three'].map((name) => ({
              transactionalId: c.name(name),
              producerId: Number(c.answer(name === 'three' ? 'one' : name).producerId),
              producerEpoch: 0,
              verifyOnly: false,
              topics: [{ name: c.name('orders'), partitions: [0] }],
            })),
          }),
        },
        { transactions: [] },
      ],
    },
  ],
};
