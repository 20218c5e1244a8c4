import type { ApiCases } from '../case.ts';

const allow = {
  resourceType: 2,
  resourceName: 'orders',
  resourcePatternType: 3,
  principal: 'User:a',
  host: '*',
  operation: 3,
  permissionType: 3,
};

export const cases: ApiCases = {
  api: 'CreateAcls',
  cases: [
    {
      name: 'without an authorizer',
      exchanges: () => [{ creations: [allow] }, { creations: [allow, allow] }, { creations: [] }],
    },
    {
      name: 'of unknown kinds',
      exchanges: () => [
        { creations: [{ ...allow, resourceType: 0 }] },
        { creations: [{ ...allow, operation: 99 }] },
        { creations: [{ ...allow, resourceName: '' }] },
      ],
    },
  ],
};
