import type { ApiCases } from '../case.ts';
import {
  abandoned,
  alter,
  forget,
  offsets,
  settledShares,
  shared,
  shareEnter,
  topics,
} from '../groups/share-members.ts';

export const cases: ApiCases = {
  api: 'DeleteShareGroupOffsets',
  needsGroups: true,
  cases: [
    {
      name: 'of a group without members',
      topics,
      exchanges: (c) => [
        ...settledShares(c),
        ...abandoned(c),
        alter(c, { bills: { 0: 3 } }),
        forget(c, ['orders']),
        offsets(c),
        offsets(c, { orders: [0], bills: [0] }),
        forget(c, ['orders', 'missing', 'bills']),
        forget(c, ['bills']),
        forget(c, []),
        shareEnter(c, 'm'),
      ],
    },
    {
      name: 'of a group with members, and of none',
      topics,
      exchanges: (c) => [
        ...settledShares(c),
        ...shared(c),
        forget(c, ['orders']),
        forget(c, ['orders'], 'missing'),
        forget(c, ['orders'], ''),
      ],
    },
  ],
};
