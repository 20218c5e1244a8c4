import type { ApiCases } from '../case.ts';
import { configured } from '../groups/requests.ts';

export const cases: ApiCases = {
  api: 'ListConfigResources',
  cases: [
    { name: 'all kinds', topics: { orders: {}, bills: { configs: { 'retention.ms': '5' } } }, exchanges: () => [{}] },
    {
      name: 'by kind',
      versions: { min: 1 },
      topics: { orders: {} },
      exchanges: () => [[2], [4], [8], [16], [32], [2, 4]].map((resourceTypes) => ({ resourceTypes })),
    },
    {
      name: 'groups with configurations',
      versions: { min: 1 },
      exchanges: (c) => [
        ...configured(c, { 'consumer.session.timeout.ms': '50000' }),
        { resourceTypes: [32] },
        { resourceTypes: [2, 32] },
      ],
    },
    {
      name: 'unknown kinds',
      versions: { min: 1 },
      exchanges: () => [[0], [3], [99], [-1], [2, 99]].map((resourceTypes) => ({ resourceTypes })),
    },
  ],
};
