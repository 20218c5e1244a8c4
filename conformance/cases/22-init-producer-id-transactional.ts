import type { ApiCases } from '../case.ts';
import { addPartitions, begin, end, producer, shown, topics } from '../requests/transactions.ts';

const nobody = { producerId: 123_456, producerEpoch: 0 };

export const cases: ApiCases = {
  api: 'InitProducerId',
  needsTransactions: true,
  cases: [
    {
      name: 'a transactional id, again and again',
      exchanges: (c) => [begin(c), begin(c), begin(c, { txn: 'other' }), shown(c, 'Empty'), begin(c)],
    },
    {
      name: 'timeouts of a transactional id at their limits',
      exchanges: (c) =>
        [0, -1, 1, 900_000, 900_001, 2_147_483_647].map((transactionTimeoutMs) =>
          begin(c, { more: { transactionTimeoutMs } }),
        ),
    },
    {
      name: 'as the producer that it was (KIP-360)',
      versions: { min: 3 },
      exchanges: (c) => [
        begin(c, { as: 'first' }),
        begin(c, { as: 'second' }, () => producer(c, 'first')),
        begin(c, { as: 'again' }, () => producer(c, 'first')),
        begin(c, { as: 'third' }, () => producer(c, 'second')),
        begin(c, { as: 'late' }, () => producer(c, 'first')),
        begin(c, { as: 'new' }),
        begin(c, { as: 'fenced' }, () => producer(c, 'third')),
        begin(c, { as: 'stranger' }, () => nobody),
      ],
    },
    {
      name: 'a producer that the id does not know, an epoch alone',
      versions: { min: 3 },
      exchanges: (c) => [
        begin(c, { more: nobody }),
        begin(c, { more: { producerId: -1, producerEpoch: 3 } }),
        begin(c, { more: { producerId: 5, producerEpoch: -1 } }),
      ],
    },
    {
      name: 'while another has a transaction open',
      topics,
      exchanges: (c) => [
        begin(c, { as: 'zombie' }),
        addPartitions(c, { orders: [0] }, { as: 'zombie' }),
        begin(c),
        addPartitions(c, { orders: [0] }, { as: 'zombie' }),
        end(c, true, { as: 'zombie', keeps: true }),
        addPartitions(c, { orders: [1] }),
        shown(c, 'Ongoing'),
      ],
    },
    {
      name: 'as itself, with a transaction open',
      versions: { min: 3 },
      topics,
      exchanges: (c) => [
        begin(c, { as: 'first' }),
        addPartitions(c, { orders: [0] }, { as: 'first' }),
        begin(c, { as: 'second' }, () => producer(c, 'first')),
        shown(c, 'CompleteAbort'),
      ],
    },
    {
      name: 'a transactional id as long as a text may be, and one in other letters',
      exchanges: (c) => [
        begin(c, { more: { transactionalId: 'i'.repeat(32_767) } }),
        begin(c, { more: { transactionalId: 'ид \u0000 🔑' } }),
      ],
    },
    {
      name: 'numbers that no producer has',
      versions: { min: 3 },
      exchanges: (c) => [
        begin(c),
        begin(c, { as: 'wrong', more: { producerId: -5, producerEpoch: 0 } }),
        begin(c, { as: 'wrong' }, () => ({ ...producer(c), producerEpoch: -2 })),
        begin(c, { as: 'wrong' }, () => ({ ...producer(c), producerEpoch: 32_767 })),
        begin(c, { as: 'wrong' }, () => ({ ...producer(c), producerEpoch: 1 })),
        begin(c, { as: 'wrong' }, () => ({ ...producer(c), transactionTimeoutMs: 0 })),
        shown(c, 'Empty'),
        begin(c, { as: 'right' }, () => producer(c)),
      ],
    },
  ],
};
