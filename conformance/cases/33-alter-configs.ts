import { type ApiCases, type ApiExchange, type CaseContext, saying } from '../case.ts';
import type { Body } from '../wire/encode.ts';

const alter = (c: CaseContext, configs: Readonly<Record<string, string | null>>, more: Body = {}): Body => ({
  resources: [
    {
      resourceType: 2,
      resourceName: c.name('orders'),
      configs: Object.entries(configs).map(([name, value]) => ({ name, value })),
    },
  ],
  ...more,
});
const changed = (c: CaseContext, expected: string): ApiExchange => ({
  $api: 'DescribeConfigs',
  $version: 4,
  $body: {
    resources: [
      {
        resourceType: 2,
        resourceName: c.name('orders'),
        configurationKeys: ['retention.ms', 'cleanup.policy', 'segment.bytes'],
      },
    ],
  },
  $until: saying(expected),
});
const orders = { orders: { configs: { 'retention.ms': '1000' } } };

export const cases: ApiCases = {
  api: 'AlterConfigs',
  cases: [
    {
      name: 'replaces all that was set',
      topics: orders,
      exchanges: (c) => [
        alter(c, { 'cleanup.policy': 'compact', 'segment.bytes': '2000000' }),
        changed(c, '"value":"compact"'),
        alter(c, {}),
        changed(c, '"value":"delete"'),
      ],
    },
    {
      name: 'validate only changes nothing',
      topics: orders,
      exchanges: (c) => [
        alter(c, { 'cleanup.policy': 'compact' }, { validateOnly: true }),
        alter(c, { 'cleanup.policy': 'keep' }, { validateOnly: true }),
        changed(c, '"value":"1000"'),
      ],
    },
    {
      name: 'invalid values and unknown names',
      topics: orders,
      exchanges: (c) => [
        alter(c, { 'retention.ms': 'week' }),
        alter(c, { 'retention.ms': null }),
        alter(c, { 'no.such.setting': '1' }),
        alter(c, { 'segment.bytes': '1', 'retention.ms': '5' }),
        changed(c, '"value":"1000"'),
      ],
    },
    {
      name: 'topics that do not exist, names that cannot',
      exchanges: (c) => [
        alter(c, { 'retention.ms': '1' }),
        { resources: [{ resourceType: 2, resourceName: '', configs: [] }] },
        { resources: [{ resourceType: 2, resourceName: 'a b', configs: [] }] },
      ],
    },
    {
      name: 'the same resource twice',
      topics: orders,
      exchanges: (c) => [
        {
          $body: {
            resources: ['orders', 'orders'].map((name) => ({
              resourceType: 2,
              resourceName: c.name(name),
              configs: [{ name: 'retention.ms', value: '5' }],
            })),
          },
          $silenceMs: 1500,
        },
      ],
    },
    {
      name: 'several resources, none',
      topics: { orders: {}, bills: {} },
      exchanges: (c) => [
        {
          resources: ['orders', 'missing', 'bills'].map((name) => ({
            resourceType: 2,
            resourceName: c.name(name),
            configs: [{ name: 'retention.ms', value: '5' }],
          })),
        },
        { resources: [] },
      ],
    },
    {
      name: 'the same name twice',
      topics: orders,
      exchanges: (c) => [
        {
          resources: [
            {
              resourceType: 2,
              resourceName: c.name('orders'),
              configs: [
                { name: 'retention.ms', value: '5' },
                { name: 'retention.ms', value: '6' },
              ],
            },
          ],
        },
      ],
    },
    {
      name: 'resources of other kinds, and brokers that are none',
      exchanges: () =>
        [
          [0, 'x'],
          [1, 'x'],
          [99, 'x'],
          [4, '999'],
          [4, 'one'],
          [8, '1'],
        ].map(([resourceType, resourceName]) => ({ resources: [{ resourceType, resourceName, configs: [] }] })),
    },
  ],
};
