import type { ApiCases } from '../case.ts';
import {
  abandoned,
  alter,
  describedShare,
  offsets,
  settledShares,
  shareAssigned,
  shared,
  shareEnter,
  topics,
} from '../groups/share-members.ts';

export const cases: ApiCases = {
  api: 'AlterShareGroupOffsets',
  needsGroups: true,
  cases: [
    {
      name: 'of a group without members',
      topics,
      exchanges: (c) => [
        ...settledShares(c),
        ...abandoned(c),
        alter(c, { orders: { 0: 3, 3: 4 } }),
        offsets(c, { orders: [0, 1, 2, 3] }),
        alter(c, { orders: { 0: 1, 4: 1 }, missing: { 0: 0 }, bills: { 0: 7 } }),
        offsets(c, { orders: [0, 3], bills: [0] }),
        describedShare(c, 'Empty'),
        alter(c, {}),
        alter(c, { orders: {} }),
        alter(c, { orders: { 0: -1 } }),
        offsets(c, { orders: [0] }),
      ],
    },
    {
      name: 'of a group that was not there',
      topics,
      exchanges: (c) => [
        ...settledShares(c),
        alter(c, { orders: { 0: 5 } }),
        describedShare(c, 'Empty'),
        offsets(c, { orders: [0, 1] }),
        shareEnter(c, 'm'),
        shareAssigned(c, 'm'),
        offsets(c, { orders: [0, 1] }),
        alter(c, { orders: { 0: 6 } }),
      ],
    },
    {
      name: 'requests that are not valid',
      topics,
      exchanges: (c) => [
        ...settledShares(c),
        ...shared(c),
        alter(c, { orders: { 0: 1 } }),
        alter(c, { orders: { 0: 1 } }, ''),
      ],
    },
  ],
};
