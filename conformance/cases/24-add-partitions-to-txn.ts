import type { ApiCases, ApiExchange, CaseContext } from '../case.ts';
import { addPartitions, begin, end, producer, shown, topics } from '../requests/transactions.ts';

/** A topic by its name on the wire. */
const ofTopic = (c: CaseContext, name: string): ApiExchange => ({
  $body: () => {
    const [asked, { producerId, producerEpoch }] = [[{ name, partitions: [0] }], producer(c)];
    if (c.version >= 4) {
      const transactionalId = c.name('txn');
      return { transactions: [{ transactionalId, producerId, producerEpoch, verifyOnly: false, topics: asked }] };
    }
    return {
      v3AndBelowTransactionalId: c.name('txn'),
      v3AndBelowProducerId: producerId,
      v3AndBelowProducerEpoch: producerEpoch,
      v3AndBelowTopics: asked,
    };
  },
});

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
    {
      name: 'numbers that no producer has, names that no topic has',
      topics,
      exchanges: (c) => [
        begin(c),
        addPartitions(c, { orders: [0] }, { more: { producerId: -1 } }),
        addPartitions(c, { orders: [0] }, { more: { producerEpoch: -1 } }),
        addPartitions(c, { orders: [0] }, { more: { producerEpoch: -5 } }),
        addPartitions(c, { orders: [0] }, { more: { producerEpoch: 32_767 } }),
        addPartitions(c, { orders: [2_147_483_647, -2_147_483_648] }),
        ofTopic(c, ''),
        ofTopic(c, '..'),
        ofTopic(c, 'n'.repeat(250)),
        ofTopic(c, '__consumer_offsets'),
        ofTopic(c, '__transaction_state'),
      ],
    },
    {
      name: 'of an id as long as a text may be',
      versions: { max: 3 },
      topics,
      exchanges: (c) => [
        begin(c),
        {
          $body: () => ({
            v3AndBelowTransactionalId: 'i'.repeat(32_767),
            v3AndBelowProducerId: 0,
            v3AndBelowProducerEpoch: 0,
            v3AndBelowTopics: [{ name: c.name('orders'), partitions: [0] }],
          }),
        },
      ],
    },
    {
      name: 'of the same transaction twice in one request, of more than one by mistake',
      versions: { min: 4 },
      topics,
      exchanges: (c) => [
        begin(c),
        {
          $body: () => ({
            transactions: [0, 1].map((partition) => ({
              ...{ transactionalId: c.name('txn'), producerId: Number(c.answer('txn').producerId) },
              ...{ producerEpoch: 0, verifyOnly: partition === 1 },
              topics: [{ name: c.name('orders'), partitions: [partition] }],
            })),
          }),
        },
        shown(c, 'Ongoing'),
      ],
    },
  ],
};
