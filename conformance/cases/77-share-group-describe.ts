import type { ApiCases } from '../case.ts';
import { settledShares, shareBeat, shared, shareEnter, topics } from '../groups/share-members.ts';

export const cases: ApiCases = {
  api: 'ShareGroupDescribe',
  needsGroups: true,
  cases: [
    {
      name: 'groups that are there, and others',
      topics,
      exchanges: (c) => [
        ...settledShares(c),
        ...shared(c, 'm', 'a'),
        shareEnter(c, 'n', { rackId: 'r' }, 'b'),
        shareBeat(c, 'm', {}, 'a'),
        { groupIds: [c.name('a'), c.name('missing'), ''], includeAuthorizedOperations: false },
        { groupIds: [c.name('a')], includeAuthorizedOperations: true },
        { groupIds: [] },
      ],
    },
  ],
};
