import type { ApiCases } from '../case.ts';
import { begin, end, opened, readBack, shown, topics, write } from '../requests/transactions.ts';

export const cases: ApiCases = {
  api: 'EndTxn',
  needsTransactions: true,
  cases: [
    ...[true, false].map((committed) => ({
      name: `${committed ? 'commit' : 'abort'}, again, and the other way round`,
      topics,
      exchanges: (c: Parameters<ApiCases['cases'][number]['exchanges']>[0]) => [
        begin(c),
        ...opened(c),
        write(c),
        end(c, committed, { keeps: true }),
        end(c, committed, { keeps: true }),
        shown(c, committed ? 'CompleteCommit' : 'CompleteAbort'),
        end(c, committed, { keeps: true }),
        end(c, !committed, { keeps: true }),
        readBack(c, 1),
        readBack(c, 0),
      ],
    })),
    {
      name: 'with nothing in it',
      exchanges: (c) => [
        begin(c),
        end(c, true, { keeps: true }),
        end(c, false),
        end(c, false),
        shown(c, c.version >= 5 ? 'CompleteAbort' : 'Empty'),
      ],
    },
    {
      name: 'abort with nothing in it, after a commit',
      topics,
      exchanges: (c) => [
        begin(c),
        ...opened(c),
        write(c),
        end(c, true),
        shown(c, 'CompleteCommit'),
        end(c, false, { keeps: true }),
        shown(c, c.version >= 5 ? 'CompleteAbort' : 'CompleteCommit'),
      ],
    },
    {
      name: 'of somebody else',
      topics,
      exchanges: (c) => [
        begin(c),
        ...opened(c),
        write(c),
        end(c, true, { txn: 'missing', keeps: true }),
        end(c, true, { txn: '', keeps: true }),
        end(c, true, { more: { producerId: 123_456 }, keeps: true }),
        end(c, true, { epochs: 1, keeps: true }),
        end(c, true, { epochs: -1, keeps: true }),
        shown(c, 'Ongoing'),
      ],
    },
    {
      name: 'late, when the next transaction is open',
      topics,
      exchanges: (c) => [
        begin(c, { as: 'first' }),
        ...opened(c, { as: 'first' }),
        write(c, { as: 'first' }),
        { ...end(c, true, { as: 'first', keeps: true }), $as: 'second' },
        ...opened(c, { as: c.version >= 5 ? 'second' : 'first' }),
        write(c, { as: c.version >= 5 ? 'second' : 'first', sequence: c.version >= 5 ? 0 : 1 }),
        ...(c.version >= 5 ? [end(c, false, { as: 'first', keeps: true })] : []),
        shown(c, 'Ongoing'),
      ],
    },
    {
      name: 'numbers that no producer has',
      topics,
      exchanges: (c) => [
        begin(c),
        ...opened(c),
        write(c),
        end(c, true, { more: { producerId: -1 }, keeps: true }),
        end(c, true, { more: { producerEpoch: -1 }, keeps: true }),
        end(c, true, { more: { producerEpoch: -5 }, keeps: true }),
        end(c, true, { more: { producerEpoch: 32_767 }, keeps: true }),
        end(c, true, { more: { transactionalId: 'i'.repeat(32_767) }, keeps: true }),
        shown(c, 'Ongoing'),
      ],
    },
  ],
};
