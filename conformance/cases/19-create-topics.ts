import { type ApiCases, type CaseContext, without } from '../case.ts';
import type { Body } from '../wire/encode.ts';

/** A topic of one partition on one broker, unless it says otherwise. */
const topic = (c: CaseContext, base: string, more: Body = {}): Body => ({
  name: c.name(base),
  numPartitions: 1,
  replicationFactor: 1,
  ...more,
});
const createAll = (topics: readonly Body[], more: Body = {}): Body => ({ topics, timeoutMs: 10_000, ...more });
const create = (one: Body, more: Body = {}): Body => createAll([one], more);
const withConfig = (c: CaseContext, name: string, value: string | null) =>
  create(topic(c, 'orders', { configs: [{ name, value }] }));
const metadataOf = (c: CaseContext, ...names: string[]) => ({
  $api: 'Metadata',
  $version: 9,
  $body: { topics: names.map((name) => ({ name: c.name(name) })), allowAutoTopicCreation: false },
  $until: without(3),
});

const absent = (c: CaseContext, ...names: string[]) => ({ ...metadataOf(c, ...names), $until: () => true });

const validConfigs: readonly [string, string][] = [
  ['cleanup.policy', 'compact'],
  ['cleanup.policy', 'compact,delete'],
  ['cleanup.policy', 'compact,compact'],
  ['cleanup.policy', ' compact , delete '],
  ['cleanup.policy', ''],
  ['compression.type', 'zstd'],
  ['compression.type', 'uncompressed'],
  ['compression.gzip.level', '9'],
  ['compression.gzip.level', '-1'],
  ['compression.lz4.level', '17'],
  ['compression.zstd.level', '-131072'],
  ['retention.ms', '-1'],
  ['retention.bytes', ' 1000 '],
  ['max.message.bytes', '0'],
  ['min.insync.replicas', '3'],
  ['message.timestamp.type', 'LogAppendTime'],
  ['preallocate', 'TRUE'],
  ['unclean.leader.election.enable', 'true'],
  ['leader.replication.throttled.replicas', '*'],
  ['leader.replication.throttled.replicas', '0:1,1:1'],
  ['segment.bytes', '1048576'],
  ['flush.messages', '1'],
];

const invalidConfigs: readonly [string, string | null][] = [
  ['cleanup.policy', 'keep'],
  ['cleanup.policy', 'delete,keep'],
  ['cleanup.policy', ','],
  ['cleanup.policy', null],
  ['compression.type', 'brotli'],
  ['compression.type', 'none'],
  ['compression.type', 'GZIP'],
  ['compression.gzip.level', '0'],
  ['compression.gzip.level', '10'],
  ['compression.lz4.level', '0'],
  ['compression.zstd.level', '23'],
  ['retention.ms', '-2'],
  ['retention.ms', 'week'],
  ['retention.ms', '1.5'],
  ['retention.ms', '1e3'],
  ['retention.ms', ''],
  ['retention.ms', null],
  ['retention.bytes', '9223372036854775808'],
  ['max.message.bytes', '-1'],
  ['max.message.bytes', '2147483648'],
  ['min.insync.replicas', '0'],
  ['min.cleanable.dirty.ratio', '1.1'],
  ['min.cleanable.dirty.ratio', 'half'],
  ['message.timestamp.type', 'createtime'],
  ['message.timestamp.before.max.ms', '-1'],
  ['message.format.version', '3.0'],
  ['preallocate', 'yes'],
  ['leader.replication.throttled.replicas', 'x'],
  ['segment.bytes', '13'],
  ['segment.bytes', '1048575'],
  ['segment.ms', '0'],
  ['segment.index.bytes', '3'],
  ['flush.messages', '0'],
  ['no.such.setting', '1'],
  ['', '1'],
  ['remote.storage.enable', 'true'],
  ['local.retention.ms', '-3'],
];

export const cases: ApiCases = {
  api: 'CreateTopics',
  cases: [
    {
      name: 'success',
      exchanges: (c) => [create(topic(c, 'orders', { numPartitions: 3 })), metadataOf(c, 'orders')],
    },
    {
      name: 'several at once',
      exchanges: (c) => [
        createAll([topic(c, 'a'), topic(c, 'b', { numPartitions: 0 }), topic(c, 'c', { numPartitions: 2 })]),
      ],
    },
    {
      name: 'the same name twice in one request',
      exchanges: (c) => [createAll([topic(c, 'a'), topic(c, 'a'), topic(c, 'b')]), absent(c, 'a'), metadataOf(c, 'b')],
    },
    {
      name: 'no topics',
      exchanges: () => [createAll([])],
    },
    {
      name: 'validate only creates nothing',
      exchanges: (c) => [
        create(topic(c, 'orders', { numPartitions: 2 }), { validateOnly: true }),
        create(topic(c, 'orders', { configs: [{ name: 'segment.bytes', value: '2000000' }] }), { validateOnly: true }),
        create(topic(c, 'orders', { numPartitions: 0 }), { validateOnly: true }),
        absent(c, 'orders'),
      ],
    },
    {
      name: 'it exists',
      topics: { orders: {} },
      exchanges: (c) => [
        create(topic(c, 'orders')),
        create(topic(c, 'orders'), { validateOnly: true }),
        create(topic(c, 'orders', { numPartitions: 0, replicationFactor: 9 })),
      ],
    },
    {
      name: 'numbers of partitions and replicas',
      exchanges: (c) =>
        [
          [0, 1],
          [-1, 1],
          [-2, 1],
          [1, 0],
          [1, -1],
          [1, 2],
          [1, -2],
          [-1, -1],
        ].map(([numPartitions, replicationFactor]) =>
          create({ name: c.name('orders'), numPartitions, replicationFactor }, { validateOnly: true }),
        ),
    },
    {
      name: 'too many partitions at once',
      exchanges: (c) => [
        create(topic(c, 'orders', { numPartitions: 10_001 })),
        createAll(['a', 'b'].map((name) => topic(c, name, { numPartitions: 5001 }))),
      ],
    },
    {
      name: 'manual assignment',
      exchanges: (c) => [
        create({
          name: c.name('orders'),
          numPartitions: -1,
          replicationFactor: -1,
          assignments: [
            { partitionIndex: 0, brokerIds: [c.nodeId] },
            { partitionIndex: 1, brokerIds: [c.nodeId] },
          ],
        }),
        metadataOf(c, 'orders'),
      ],
    },
    {
      name: 'wrong manual assignments',
      exchanges: (c) => {
        const assigned = (assignments: Body[], more: Body = { numPartitions: -1, replicationFactor: -1 }) =>
          create({ name: c.name('orders'), ...more, assignments });
        return [
          assigned([
            { partitionIndex: 0, brokerIds: [c.nodeId] },
            { partitionIndex: 2, brokerIds: [c.nodeId] },
          ]),
          assigned([{ partitionIndex: 1, brokerIds: [c.nodeId] }]),
          assigned([
            { partitionIndex: 0, brokerIds: [c.nodeId] },
            { partitionIndex: 0, brokerIds: [c.nodeId] },
          ]),
          assigned([{ partitionIndex: 0, brokerIds: [] }]),
          assigned([{ partitionIndex: 0, brokerIds: [999] }]),
          assigned([{ partitionIndex: 0, brokerIds: [c.nodeId, c.nodeId] }]),
          assigned([{ partitionIndex: 0, brokerIds: [c.nodeId, 999] }]),
          assigned([{ partitionIndex: 0, brokerIds: [-1] }]),
          assigned([{ partitionIndex: 0, brokerIds: [c.nodeId] }], { numPartitions: 1, replicationFactor: -1 }),
          assigned([{ partitionIndex: 0, brokerIds: [c.nodeId] }], { numPartitions: -1, replicationFactor: 1 }),
          assigned([{ partitionIndex: 0, brokerIds: [c.nodeId] }], { numPartitions: 1, replicationFactor: 1 }),
        ];
      },
    },
    {
      name: 'invalid names',
      exchanges: (c) =>
        ['', '.', '..', 'a b', 'a/b', 'ä', 'x'.repeat(250), 'a\u0000b', 'a\n'].map((name) =>
          create({ name, numPartitions: 1, replicationFactor: 1 }, { validateOnly: c.version >= 1 }),
        ),
    },
    {
      name: 'the longest name',
      versions: { min: 7 },
      exchanges: (c) => [create(topic(c, 'x'.repeat(249 - 9))), metadataOf(c, 'x'.repeat(249 - 9))],
    },
    {
      name: 'names that collide by dot and underscore',
      topics: { 'a.b': {} },
      exchanges: (c) => [create(topic(c, 'a_b')), createAll(['c.d', 'c_d'].map((name) => topic(c, name)))],
    },
    {
      name: 'configurations in the answer',
      exchanges: (c) => [
        create(
          topic(c, 'orders', {
            configs: [
              { name: 'retention.ms', value: '1000' },
              { name: 'cleanup.policy', value: 'compact' },
            ],
          }),
        ),
      ],
    },
    ...validConfigs.map(([name, value]) => ({
      name: `configuration ${name}=${value}`,
      versions: { min: 7 },
      exchanges: (c: CaseContext) => [
        withConfig(c, name, value),
        {
          $api: 'DescribeConfigs',
          $version: 4,
          $body: { resources: [{ resourceType: 2, resourceName: c.name('orders'), configurationKeys: [name] }] },
          $until: without(3),
        },
      ],
    })),
    {
      name: 'invalid configurations',
      versions: { min: 5 },
      exchanges: (c) => invalidConfigs.map(([name, value]) => withConfig(c, name, value)),
    },
    {
      name: 'the same configuration twice',
      exchanges: (c) => [
        create(
          topic(c, 'orders', {
            configs: [
              { name: 'retention.ms', value: '1000' },
              { name: 'retention.ms', value: '2000' },
            ],
          }),
        ),
      ],
    },
    {
      name: 'a timeout of zero or less',
      exchanges: (c) => [create(topic(c, 'a'), { timeoutMs: 0 }), create(topic(c, 'b'), { timeoutMs: -1 })],
    },
  ],
};
