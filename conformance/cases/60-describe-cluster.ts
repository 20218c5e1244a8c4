import type { ApiCases } from '../case.ts';

export const cases: ApiCases = {
  api: 'DescribeCluster',
  cases: [
    { name: 'plain', exchanges: () => [{}] },
    { name: 'with authorized operations', exchanges: () => [{ includeClusterAuthorizedOperations: true }] },
    {
      name: 'other kinds of endpoint',
      versions: { min: 1 },
      exchanges: () => [2, 0, 9].map((endpointType) => ({ endpointType })),
    },
    { name: 'with fenced brokers', versions: { min: 2 }, exchanges: () => [{ includeFencedBrokers: true }] },
  ],
};
