import type { ApiCases, CaseContext, Exchange } from '../case.ts';
import { entered, entering, leave, type Member, stable } from '../groups/classic.ts';
import { enter, settled } from '../groups/consumers.ts';
import { commit, deleteGroup, described } from '../groups/requests.ts';

const classic: Member = { name: 'a', group: 'classic' };

/** One group of each kind and state. */
const groups = (c: CaseContext): Exchange[] => [
  ...settled(c),
  ...stable(c, classic),
  ...stable(c, { name: 'b', group: 'preparing', type: 'connect' }),
  ...entering(c, { name: 'c', group: 'preparing', type: 'connect' }),
  described(c, 'PreparingRebalance', 'preparing'),
  ...entered(c, { name: 'd', group: 'completing' }),
  ...entered(c, { name: 'e', group: 'left' }),
  leave(c, [{ name: 'e', group: 'left' }]),
  commit(c, { orders: [{}] }, {}, 'offsets'),
  commit(c, { orders: [{}] }, {}, 'gone'),
  deleteGroup(c, 'gone'),
  enter(c, 'm', {}, 'consumer'),
  enter(c, 'n', { subscribedTopicNames: [c.name('missing')] }, 'without-topics'),
];
const topics = { orders: {} };

export const cases: ApiCases = {
  api: 'ListGroups',
  needsGroups: true,
  cases: [
    { name: 'there are none', exchanges: () => [{}] },
    { name: 'of every kind and state', topics, exchanges: (c) => [...groups(c), {}] },
    {
      name: 'by state',
      versions: { min: 4 },
      topics,
      exchanges: (c) => [
        ...groups(c),
        ...[
          ['Stable', 'Empty'],
          ['stable'],
          ['Nonsense'],
          ['PreparingRebalance'],
          ['completingrebalance'],
          ['Assigning', 'Reconciling', 'Dead'],
          ['Stable', 'Nonsense'],
          [''],
        ].map((statesFilter) => ({ statesFilter })),
      ],
    },
    {
      name: 'by type',
      versions: { min: 5 },
      topics,
      exchanges: (c) => [
        ...groups(c),
        ...[['classic'], ['CONSUMER'], ['nonsense'], ['classic', 'consumer'], ['share', 'streams'], ['']].map(
          (typesFilter) => ({ typesFilter }),
        ),
        { typesFilter: ['consumer'], statesFilter: ['Empty', 'Stable'] },
        { typesFilter: ['classic'], statesFilter: ['Empty'] },
      ],
    },
  ],
};
