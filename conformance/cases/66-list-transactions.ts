import type { ApiCases, ApiExchange, CaseContext } from '../case.ts';
import { addPartitions, begin, topics } from '../requests/transactions.ts';
import type { Body } from '../wire/encode.ts';

const list = (c: CaseContext, more: Body | (() => Body) = {}): ApiExchange => ({
  $body: () => ({
    stateFilters: [],
    producerIdFilters: [Number(c.answer('open').producerId), Number(c.answer('empty').producerId)],
    ...(typeof more === 'function' ? more() : more),
  }),
});
const both = (c: CaseContext) => [
  begin(c, { txn: 'open', as: 'open' }),
  addPartitions(c, { orders: [0] }, { txn: 'open', as: 'open' }),
  begin(c, { txn: 'empty', as: 'empty' }),
];

export const cases: ApiCases = {
  api: 'ListTransactions',
  needsTransactions: true,
  cases: [
    {
      name: 'by state and producer',
      topics,
      exchanges: (c) => [
        ...both(c),
        list(c),
        list(c, { stateFilters: ['Ongoing'] }),
        list(c, { stateFilters: ['Empty', 'CompleteCommit', 'Dead', 'PrepareEpochFence'] }),
        list(c, { stateFilters: ['ongoing', 'Gone', ''] }),
        list(c, () => ({ producerIdFilters: [Number(c.answer('empty').producerId)] })),
        list(c, { producerIdFilters: [123_456] }),
      ],
    },
    {
      name: 'by duration',
      versions: { min: 1 },
      topics,
      exchanges: (c) => [
        ...both(c),
        list(c, { durationFilter: 3_600_000 }),
        list(c, { durationFilter: -1 }),
        list(c, { durationFilter: -7 }),
      ],
    },
    {
      name: 'by pattern',
      versions: { min: 2 },
      topics,
      exchanges: (c) => [
        ...both(c),
        list(c, { transactionalIdPattern: `${c.name('open')}` }),
        list(c, { transactionalIdPattern: `o.*` }),
        list(c, { transactionalIdPattern: `o` }),
        list(c, { transactionalIdPattern: '' }),
        list(c, { transactionalIdPattern: null }),
        list(c, { transactionalIdPattern: '(' }),
      ],
    },
  ],
};
