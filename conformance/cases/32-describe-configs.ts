import type { ApiCases, CaseContext } from '../case.ts';
import type { Body } from '../wire/encode.ts';

const topic = (c: CaseContext, configurationKeys: string[] | null = null, more: Body = {}): Body => ({
  resources: [{ resourceType: 2, resourceName: c.name('orders'), configurationKeys }],
  ...more,
});
const of = (resourceType: number, resourceName: string, configurationKeys: string[] | null = null): Body => ({
  resources: [{ resourceType, resourceName, configurationKeys }],
});
const configs = { 'retention.ms': '1000', 'cleanup.policy': 'compact', 'min.cleanable.dirty.ratio': '0.25' };
const orders = { orders: { configs } };
const brokerKeys = [
  'log.retention.ms',
  'log.retention.hours',
  'num.io.threads',
  'message.max.bytes',
  'ssl.keystore.password',
  'no.such.setting',
];

export const cases: ApiCases = {
  api: 'DescribeConfigs',
  cases: [
    { name: 'a topic', topics: orders, exchanges: (c) => [topic(c)] },
    { name: 'a topic with synonyms', topics: orders, exchanges: (c) => [topic(c, null, { includeSynonyms: true })] },
    {
      name: 'a topic with documentation',
      versions: { min: 3 },
      topics: orders,
      exchanges: (c) => [topic(c, ['retention.ms'], { includeDocumentation: true, includeSynonyms: true })],
    },
    {
      name: 'some keys, unknown keys, no keys',
      topics: orders,
      exchanges: (c) => [
        topic(c, ['retention.ms', 'segment.bytes']),
        topic(c, ['no.such.setting', 'retention.ms']),
        topic(c, ['']),
        topic(c, []),
        topic(c, ['retention.ms', 'retention.ms']),
      ],
    },
    {
      name: 'unknown and invalid topics',
      topics: orders,
      exchanges: (c) => [of(2, c.name('missing')), of(2, ''), of(2, 'a b')],
    },
    {
      name: 'several resources, the same twice, none',
      topics: { orders: {}, bills: {} },
      exchanges: (c) => [
        {
          resources: ['orders', 'bills', 'missing'].map((name) => ({
            resourceType: 2,
            resourceName: c.name(name),
            configurationKeys: ['retention.ms'],
          })),
        },
        {
          resources: ['orders', 'orders'].map((name) => ({
            resourceType: 2,
            resourceName: c.name(name),
            configurationKeys: ['retention.ms'],
          })),
        },
        { resources: [] },
      ],
    },
    { name: 'the broker', exchanges: (c) => [of(4, String(c.nodeId))] },
    {
      name: 'some keys of the broker',
      exchanges: (c) => [
        of(4, String(c.nodeId), brokerKeys),
        { ...of(4, String(c.nodeId), brokerKeys), includeSynonyms: true },
      ],
    },
    { name: 'the defaults of all brokers', exchanges: () => [of(4, ''), of(4, '', ['log.retention.ms'])] },
    { name: 'a broker that is none', exchanges: () => [of(4, '999'), of(4, '-1'), of(4, 'one')] },
    {
      name: 'loggers of the broker',
      exchanges: (c) => [of(8, '999'), of(8, ''), of(8, String(c.nodeId), ['no.such.logger'])],
    },
    {
      name: 'resources of other kinds',
      exchanges: () => [of(0, 'x'), of(1, 'x'), of(3, 'x'), of(99, 'x'), of(-1, 'x')],
    },
    {
      name: 'client metrics and groups',
      exchanges: () => [of(16, 'metrics'), of(16, ''), of(32, 'group'), of(32, '')],
    },
  ],
};
