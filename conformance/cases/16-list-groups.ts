import type { ApiCases } from '../case.ts';

export const cases: ApiCases = {
  api: 'ListGroups',
  cases: [
    { name: 'there are none', exchanges: () => [{}] },
    {
      name: 'by state',
      versions: { min: 4 },
      exchanges: () => [
        { statesFilter: ['Stable', 'Empty'] },
        { statesFilter: ['stable'] },
        { statesFilter: ['Nonsense'] },
      ],
    },
    {
      name: 'by type',
      versions: { min: 5 },
      exchanges: () => [{ typesFilter: ['classic'] }, { typesFilter: ['CONSUMER'] }, { typesFilter: ['nonsense'] }],
    },
  ],
};
