import type { ApiCases } from '../case.ts';

const any = {
  resourceTypeFilter: 1,
  resourceNameFilter: null,
  patternTypeFilter: 1,
  principalFilter: null,
  hostFilter: null,
  operation: 1,
  permissionType: 1,
};

export const cases: ApiCases = {
  api: 'DeleteAcls',
  cases: [
    { name: 'without an authorizer', exchanges: () => [{ filters: [any] }, { filters: [any, any] }, { filters: [] }] },
    {
      name: 'of unknown kinds',
      exchanges: () => [
        { filters: [{ ...any, resourceTypeFilter: 0 }] },
        { filters: [{ ...any, permissionType: 99 }] },
      ],
    },
  ],
};
