import type { ApiCases } from '../case.ts';

/** Without an authorizer all of these answer SECURITY_DISABLED. */
const any = { resourceTypeFilter: 1, patternTypeFilter: 1, operation: 1, permissionType: 1 };

export const cases: ApiCases = {
  api: 'DescribeAcls',
  cases: [
    {
      name: 'without an authorizer',
      exchanges: () => [
        { ...any, resourceNameFilter: null, principalFilter: null, hostFilter: null },
        {
          resourceTypeFilter: 2,
          resourceNameFilter: 'orders',
          patternTypeFilter: 3,
          principalFilter: 'User:a',
          hostFilter: '*',
          operation: 3,
          permissionType: 3,
        },
      ],
    },
    {
      name: 'filters of unknown kinds',
      exchanges: () => [
        { ...any, resourceTypeFilter: 0, resourceNameFilter: null, principalFilter: null, hostFilter: null },
        { ...any, resourceTypeFilter: 99, resourceNameFilter: null, principalFilter: null, hostFilter: null },
        { ...any, operation: 0, resourceNameFilter: null, principalFilter: null, hostFilter: null },
      ],
    },
  ],
};
