import { type ApiCases, type ApiExchange, type CaseContext, saying } from '../case.ts';
import type { Body } from '../wire/encode.ts';

const set = 0;
const remove = 1;
const append = 2;
const subtract = 3;

const on = (
  resourceType: number,
  resourceName: string,
  changes: readonly [string, number, string | null][],
  more: Body = {},
): Body => ({
  resources: [
    {
      resourceType,
      resourceName,
      configs: changes.map(([name, configOperation, value]) => ({ name, configOperation, value })),
    },
  ],
  ...more,
});
const orders = (c: CaseContext, changes: readonly [string, number, string | null][], more: Body = {}) =>
  on(2, c.name('orders'), changes, more);
const now = (
  c: CaseContext,
  expected: string,
  keys: readonly string[] = ['retention.ms', 'cleanup.policy'],
): ApiExchange => ({
  $api: 'DescribeConfigs',
  $version: 4,
  $body: { resources: [{ resourceType: 2, resourceName: c.name('orders'), configurationKeys: keys }] },
  $until: saying(expected),
});
const brokerNow = (resourceName: string, expected: string): ApiExchange => ({
  $api: 'DescribeConfigs',
  $version: 4,
  $body: {
    resources: [{ resourceType: 4, resourceName, configurationKeys: ['log.retention.ms', 'log.cleaner.threads'] }],
    includeSynonyms: true,
  },
  $until: saying(expected),
});
const onGroup = (c: CaseContext, changes: readonly [string, number, string | null][], more: Body = {}): Body =>
  on(32, c.name('group'), changes, more);
const groupNow = (c: CaseContext, expected: string): ApiExchange => ({
  $api: 'DescribeConfigs',
  $version: 4,
  $body: {
    resources: [
      {
        resourceType: 32,
        resourceName: c.name('group'),
        configurationKeys: ['consumer.session.timeout.ms', 'consumer.heartbeat.interval.ms'],
      },
    ],
    includeSynonyms: true,
  },
  $until: saying(expected),
});
const topics = { orders: { configs: { 'retention.ms': '1000' } } };

export const cases: ApiCases = {
  api: 'IncrementalAlterConfigs',
  cases: [
    {
      name: 'set and remove',
      topics,
      exchanges: (c) => [
        orders(c, [['cleanup.policy', set, 'compact']]),
        now(c, '"value":"compact"'),
        orders(c, [
          ['cleanup.policy', remove, null],
          ['retention.ms', set, '5000'],
        ]),
        now(c, '"value":"5000"'),
        orders(c, [['retention.ms', remove, 'ignored']]),
        now(c, '"value":"604800000"'),
      ],
    },
    {
      name: 'append to a list and subtract from it',
      topics,
      exchanges: (c) => [
        orders(c, [['cleanup.policy', append, 'compact']]),
        now(c, '"value":"delete,compact"'),
        orders(c, [['cleanup.policy', append, 'compact']]),
        now(c, '"value":"delete,compact"'),
        orders(c, [['cleanup.policy', subtract, 'delete']]),
        now(c, '"value":"compact"'),
        orders(c, [['cleanup.policy', subtract, 'delete']]),
        orders(c, [['cleanup.policy', subtract, 'compact']]),
        now(c, '"value":""'),
      ],
    },
    {
      name: 'append to what is no list, a null value, an unknown operation',
      topics,
      exchanges: (c) => [
        orders(c, [['retention.ms', append, '1']]),
        orders(c, [['retention.ms', subtract, '1']]),
        orders(c, [['retention.ms', set, null]]),
        orders(c, [['cleanup.policy', append, null]]),
        orders(c, [['retention.ms', 9, '1']]),
        orders(c, [['retention.ms', -1, '1']]),
      ],
    },
    {
      name: 'invalid values and unknown names',
      topics,
      exchanges: (c) => [
        orders(c, [['retention.ms', set, 'week']]),
        orders(c, [['cleanup.policy', append, 'keep']]),
        orders(c, [['no.such.setting', set, '1']]),
        orders(c, [['no.such.setting', remove, null]]),
        orders(c, [['', set, '1']]),
        orders(c, [
          ['retention.ms', set, '7'],
          ['segment.bytes', set, '1'],
        ]),
        now(c, '"value":"1000"'),
      ],
    },
    {
      name: 'validate only changes nothing',
      topics,
      exchanges: (c) => [
        orders(c, [['cleanup.policy', set, 'compact']], { validateOnly: true }),
        orders(c, [['cleanup.policy', set, 'keep']], { validateOnly: true }),
        now(c, '"value":"1000"'),
      ],
    },
    {
      name: 'the same name twice, the same resource twice, no changes, no resources',
      topics,
      exchanges: (c) => [
        orders(c, [
          ['retention.ms', set, '1'],
          ['retention.ms', set, '2'],
        ]),
        {
          resources: [1, 2].map((value) => ({
            resourceType: 2,
            resourceName: c.name('orders'),
            configs: [{ name: 'retention.ms', configOperation: set, value: String(value) }],
          })),
        },
        orders(c, []),
        { resources: [] },
      ],
    },
    {
      name: 'topics that do not exist, names that cannot',
      exchanges: (c) => [
        on(2, c.name('missing'), [['retention.ms', set, '1']]),
        on(2, '', [['retention.ms', set, '1']]),
        on(2, 'a b', [['retention.ms', set, '1']]),
      ],
    },
    {
      name: 'several resources, some of them wrong',
      topics: { orders: {}, bills: {} },
      exchanges: (c) => [
        {
          resources: ['orders', 'missing', 'bills'].map((name) => ({
            resourceType: 2,
            resourceName: c.name(name),
            configs: [{ name: 'retention.ms', configOperation: set, value: name === 'bills' ? 'bad' : '7' }],
          })),
        },
        now(c, '"value":"7"'),
      ],
    },
    {
      name: 'a broker, and the defaults of all brokers',
      isAlone: true,
      exchanges: (c) => [
        on(4, '', [['log.retention.ms', set, '86400000']]),
        brokerNow('', '"value":"86400000","readOnly"'),
        on(4, String(c.nodeId), [['log.retention.ms', set, '90000000']]),
        brokerNow(String(c.nodeId), '"value":"90000000","readOnly"'),
        on(4, String(c.nodeId), [['log.retention.ms', remove, null]]),
        brokerNow(String(c.nodeId), '"value":"86400000","readOnly"'),
        on(4, '', [['log.retention.ms', remove, null]]),
        brokerNow(String(c.nodeId), '"log.retention.ms","value":null'),
      ],
    },
    {
      name: 'settings of a broker that cannot change while it runs, or are wrong',
      exchanges: (c) => [
        on(4, String(c.nodeId), [['node.id', set, '5']]),
        on(4, String(c.nodeId), [['log.dirs', set, 'x']]),
        on(4, String(c.nodeId), [['log.cleaner.threads', set, '0']]),
        on(4, String(c.nodeId), [['num.io.threads', set, 'many']]),
        on(4, String(c.nodeId), [['no.such.setting', set, '1']]),
        on(4, '999', [['log.retention.ms', set, '1']]),
        on(4, 'one', [['log.retention.ms', set, '1']]),
      ],
    },
    {
      name: 'a group: set and remove',
      exchanges: (c) => [
        onGroup(c, [['consumer.session.timeout.ms', set, '50000']]),
        groupNow(c, '"value":"50000"'),
        onGroup(c, [
          ['consumer.session.timeout.ms', remove, null],
          ['consumer.heartbeat.interval.ms', set, '6000'],
        ]),
        groupNow(c, '"value":"6000"'),
        onGroup(c, [['consumer.heartbeat.interval.ms', remove, null]]),
        groupNow(c, '"name":"consumer.heartbeat.interval.ms","value":"5000"'),
      ],
    },
    {
      name: 'a group: values out of their bounds, unknown names, no name',
      exchanges: (c) => [
        ...[
          ['consumer.session.timeout.ms', '299'],
          ['consumer.session.timeout.ms', '300'],
          ['consumer.session.timeout.ms', '60001'],
          ['consumer.session.timeout.ms', '0'],
          ['consumer.session.timeout.ms', 'long'],
          ['consumer.session.timeout.ms', '5000'],
          ['consumer.heartbeat.interval.ms', '99'],
          ['consumer.heartbeat.interval.ms', '15001'],
          ['consumer.assignment.interval.ms', '-1'],
          ['consumer.assignment.interval.ms', '15001'],
          ['consumer.assignment.interval.ms', '7'],
          ['share.session.timeout.ms', '299'],
          ['share.auto.offset.reset', 'never'],
          ['streams.num.standby.replicas', '3'],
          ['no.such.setting', '1'],
          ['', '1'],
        ].map(([name, value]) => onGroup(c, [[String(name), set, String(value)]], { validateOnly: true })),
        onGroup(c, [['no.such.setting', remove, null]]),
        onGroup(c, [['consumer.session.timeout.ms', append, '1']]),
        onGroup(c, [
          ['consumer.session.timeout.ms', set, '50000'],
          ['consumer.heartbeat.interval.ms', set, '1'],
        ]),
        on(32, '', [['consumer.session.timeout.ms', set, '50000']]),
        groupNow(c, ''),
      ],
    },
    {
      name: 'resources of other kinds',
      exchanges: () => [0, 1, 3, 99].map((type) => on(type, 'x', [['a', set, 'b']])),
    },
  ],
};
