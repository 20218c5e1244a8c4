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
    {
      name: 'by filters that are there twice, or match nobody',
      topics,
      exchanges: (c) => [
        ...both(c),
        list(c, { stateFilters: ['Ongoing', 'Ongoing', 'Gone', 'Gone'] }),
        list(c, { stateFilters: Array.from({ length: 3 }, (_, index) => 's'.repeat(30_000 + index)) }),
        list(c, { producerIdFilters: [-1, -1] }),
        list(c, { producerIdFilters: Array.from({ length: 10_000 }, (_, index) => 1_000_000 + index) }),
      ],
    },
    {
      name: 'by hostile durations',
      versions: { min: 1 },
      topics,
      exchanges: (c) => [
        ...both(c),
        list(c, { durationFilter: 9_007_199_254_740_991 }),
        list(c, { durationFilter: -9_007_199_254_740_991 }),
      ],
    },
    {
      name: 'by hostile patterns',
      versions: { min: 2 },
      topics,
      exchanges: (c) => [
        ...both(c),
        ...['[', '*', 'o**', 'o{2,1}', '\\', '\\Qo', '(?P<n', 'o)', '\u0000'].map((pattern) =>
          list(c, { transactionalIdPattern: pattern }),
        ),
        ...['(o+)+$', '(.)\\1', '(?=o).*', '(?<!x)o.*', 'o.*+', '(?i)OPEN.*'].map((pattern) =>
          list(c, { transactionalIdPattern: pattern }),
        ),
        ...['o{1000}', 'o{1001}', 'o'.repeat(32_767), '('.repeat(2_000)].map((pattern) =>
          list(c, { transactionalIdPattern: pattern }),
        ),
      ],
    },
  ],
};
