import type { ApiCases } from '../case.ts';
import { addOffsets, begin, end, shown } from '../requests/transactions.ts';

export const cases: ApiCases = {
  api: 'AddOffsetsToTxn',
  needsTransactions: true,
  needsGroups: true,
  cases: [
    {
      name: 'the offsets of a group, again',
      exchanges: (c) => [begin(c), addOffsets(c), addOffsets(c), end(c, true), shown(c, 'CompleteCommit')],
    },
    {
      name: 'of somebody else',
      exchanges: (c) => [
        begin(c),
        addOffsets(c, { txn: 'missing' }),
        addOffsets(c, { txn: '' }),
        addOffsets(c, { more: { producerId: 123_456 } }),
        addOffsets(c, { epochs: 1 }),
        addOffsets(c, { epochs: -1 }),
        shown(c, 'Empty'),
      ],
    },
    {
      name: 'of the group without a name',
      exchanges: (c) => [begin(c), addOffsets(c, { more: { groupId: '' } }), shown(c, 'Ongoing')],
    },
    {
      name: 'numbers that no producer has, names as long as a text may be',
      exchanges: (c) => [
        begin(c),
        addOffsets(c, { more: { producerId: -1 } }),
        addOffsets(c, { more: { producerEpoch: -1 } }),
        addOffsets(c, { more: { producerEpoch: -5 } }),
        addOffsets(c, { more: { producerEpoch: 32_767 } }),
        addOffsets(c, { more: { transactionalId: 'i'.repeat(32_767) } }),
        shown(c, 'Empty'),
        addOffsets(c, { more: { groupId: 'g'.repeat(32_767) } }),
        shown(c, 'Ongoing'),
      ],
    },
  ],
};
