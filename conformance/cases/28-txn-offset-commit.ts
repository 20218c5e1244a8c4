import type { ApiCases, CaseContext } from '../case.ts';
import { type Member, memberIdOf, stable } from '../groups/classic.ts';
import { fetchOffsets } from '../groups/requests.ts';
import { addOffsets, begin, commitOffsets, end, isVersionTwo, shown, topics } from '../requests/transactions.ts';

const a: Member = { name: 'a' };
const opened = (c: CaseContext) => (isVersionTwo(c) ? [] : [addOffsets(c)]);
const orders = { orders: [{}, { partition: 1, offset: 7, metadata: 'somewhere' }] };
const stably = (c: CaseContext) => fetchOffsets(c, { orders: [0, 1, 2] }, { more: { requireStable: true } });
const now = (c: CaseContext) => fetchOffsets(c, { orders: [0, 1, 2] });

export const cases: ApiCases = {
  api: 'TxnOffsetCommit',
  needsTransactions: true,
  needsGroups: true,
  cases: [
    ...[true, false].map((committed) => ({
      name: `pending, then ${committed ? 'committed' : 'aborted'}`,
      topics,
      exchanges: (c: CaseContext) => [
        begin(c),
        ...opened(c),
        commitOffsets(c, orders),
        now(c),
        stably(c),
        end(c, committed),
        shown(c, committed ? 'CompleteCommit' : 'CompleteAbort'),
        { ...stably(c), $until: (answer: object) => !JSON.stringify(answer).includes('"errorCode":88') },
        now(c),
      ],
    })),
    {
      name: 'of a group that is not in the transaction',
      topics,
      exchanges: (c) => [begin(c), commitOffsets(c, orders), now(c)],
    },
    {
      name: 'of somebody else',
      topics,
      exchanges: (c) => [
        begin(c),
        ...opened(c),
        commitOffsets(c, orders, { txn: 'missing' }),
        commitOffsets(c, orders, { txn: '' }),
        commitOffsets(c, orders, { more: { producerId: 123_456 } }),
        commitOffsets(c, orders, { epochs: 1 }),
        commitOffsets(c, orders, { epochs: -1 }),
        now(c),
      ],
    },
    {
      name: 'partitions that are not there, too much metadata, none',
      topics,
      exchanges: (c) => [
        begin(c),
        ...opened(c),
        commitOffsets(c, { orders: [{ partition: 7 }, {}], missing: [{}] }),
        commitOffsets(c, { missing: [{}] }),
        commitOffsets(c, { orders: [{ metadata: 'm'.repeat(4096) }, { partition: 1, metadata: 'm'.repeat(4097) }] }),
        commitOffsets(c, { orders: [{ metadata: null }] }),
        commitOffsets(c, {}),
        end(c, true),
        shown(c, 'CompleteCommit'),
        now(c),
      ],
    },
    {
      name: 'as a member of a group that is not there, or has no members',
      versions: { min: 3 },
      topics,
      exchanges: (c) => [
        begin(c),
        ...opened(c),
        commitOffsets(c, orders, { more: { memberId: 'made-up', generationId: 1 } }),
        commitOffsets(c, orders, { more: { memberId: '', generationId: 0 } }),
        commitOffsets(c, orders, { more: { memberId: 'made-up' } }),
        commitOffsets(c, orders),
      ],
    },
    {
      name: 'as a member of a group, right and wrong (KIP-447)',
      versions: { min: 3 },
      topics,
      exchanges: (c) => {
        const by = (more: object) => ({
          memberId: memberIdOf(c, 'a'),
          generationId: Number(c.answer('a').generationId),
          ...more,
        });
        const commit = (more: object) => {
          const exchange = commitOffsets(c, orders);
          const body = exchange.$body as () => object;
          return { ...exchange, $body: () => ({ ...body(), ...by(more) }) };
        };
        return [
          begin(c),
          ...opened(c),
          ...stable(c, a),
          commit({}),
          commit({ memberId: 'made-up' }),
          commit({ generationId: 9 }),
          commit({ generationId: -1 }),
          commit({ groupInstanceId: 'nobody' }),
          commitOffsets(c, orders),
        ];
      },
    },
    {
      name: 'offsets and partitions below zero, metadata as long as a text may be',
      topics,
      exchanges: (c) => [
        begin(c),
        ...opened(c),
        commitOffsets(c, { orders: [{ partition: -1 }] }),
        commitOffsets(c, { orders: [{ metadata: 'm'.repeat(32_767) }] }),
        commitOffsets(c, { orders: [{ offset: -1 }, { partition: 1, offset: -5 }] }),
        end(c, true),
        shown(c, 'CompleteCommit'),
        now(c),
      ],
    },
    {
      name: 'numbers that no producer has',
      topics,
      exchanges: (c) => [
        begin(c),
        ...opened(c),
        commitOffsets(c, orders, { more: { producerId: -1 } }),
        commitOffsets(c, orders, { more: { producerEpoch: -1 } }),
        commitOffsets(c, orders, { more: { producerEpoch: -5 } }),
        commitOffsets(c, orders, { more: { producerEpoch: 32_767 } }),
        commitOffsets(c, orders, { more: { groupId: '' } }),
        commitOffsets(c, orders, { more: { transactionalId: 'i'.repeat(32_767) } }),
        now(c),
      ],
    },
  ],
};
