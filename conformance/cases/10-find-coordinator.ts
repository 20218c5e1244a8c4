import { type ApiCases, type ApiExchange, type CaseContext, without } from '../case.ts';

/** Groups are of type 0, transactional ids of type 1, share state of type 2. */
const find = (c: CaseContext, keyType: number, ...keys: string[]): ApiExchange => ({
  $body: {
    ...(c.version >= 1 ? { keyType } : {}),
    ...(c.version >= 4 ? { coordinatorKeys: keys } : { key: keys[0] ?? '' }),
  },
  // The first request creates the internal topic and is told to come back.
  $until: without(15),
});

export const cases: ApiCases = {
  api: 'FindCoordinator',
  cases: [
    { name: 'of a group', exchanges: (c) => [find(c, 0, c.name('group'))] },
    { name: 'of the group without a name', exchanges: (c) => [find(c, 0, '')] },
    {
      name: 'of groups of many kinds of names',
      versions: { min: 4 },
      exchanges: (c) => [
        find(c, 0, c.name('a b'), c.name('ü'), c.name('..'), c.name('g'.repeat(300)), ''),
        find(c, 0, ...Array.from({ length: 100 }, (_, index) => c.name(`group-${index}`))),
      ],
    },
    { name: 'of a transactional id', versions: { min: 1 }, exchanges: (c) => [find(c, 1, c.name('transaction'))] },
    {
      name: 'of an unknown type',
      versions: { min: 1 },
      exchanges: (c) => [3, -1, 9].map((type) => find(c, type, 'x')),
    },
    {
      name: 'of share state, with a key of a wrong form',
      versions: { min: 1 },
      exchanges: (c) => [find(c, 2, 'group'), find(c, 2, 'group:topic:0'), find(c, 2, '')],
    },
    {
      name: 'of several keys, the same twice, none',
      versions: { min: 4 },
      exchanges: (c) => [find(c, 0, c.name('a'), c.name('b')), find(c, 0, c.name('a'), c.name('a')), find(c, 0)],
    },
  ],
};
