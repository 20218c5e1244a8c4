import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ZERO_UUID } from '@sluice/kernel/ids';
import { testCluster } from '../testing/test-cluster.ts';
import { CREATE_PARTITION_COUNT_MAX, createTopics } from './create-topics.ts';
import type { CreatableTopic } from './requests.ts';

const BY_DEFAULT = { numPartitions: -1, replicationFactor: -1 };

function topic(name: string, more: Partial<CreatableTopic> = {}): CreatableTopic {
  return { name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [], ...more };
}

function assigned(...partitions: readonly (readonly number[])[]) {
  const assignments = partitions.map(([partitionIndex = 0, ...brokerIds]) => ({ partitionIndex, brokerIds }));
  return { ...BY_DEFAULT, assignments };
}

const set = (name: string, value: string | null) => ({ configs: [{ name, value }] });

function codes(topics: readonly CreatableTopic[], cluster = testCluster()): Record<string, number> {
  const { topics: replies } = cluster.decide(createTopics, { topics, validateOnly: false });
  return Object.fromEntries(replies.map(({ name, errorCode }) => [name, errorCode]));
}

describe('CreateTopics', () => {
  it('makes a topic with its partitions and its configuration', () => {
    const cluster = testCluster();
    const configs = [{ name: 'retention.ms', value: ' 5000 ' }];
    const reply = cluster.decide(createTopics, {
      topics: [topic('orders', { numPartitions: 3, configs })],
      validateOnly: false,
    });
    const made = cluster.image.topicsByName.get('orders');
    assert.equal(made?.partitions.length, 3);
    assert.deepEqual(made?.partitions[0], {
      replicas: [1],
      directories: ['dir1'],
      isr: [1],
      elr: [],
      leader: 1,
      leaderEpoch: 0,
      partitionEpoch: 0,
      adding: [],
      removing: [],
    });
    assert.equal(cluster.image.config('topic', 'orders').get('retention.ms'), ' 5000 ');
    const [told] = reply.topics;
    assert.equal(told?.topicId, made?.id);
    assert.deepEqual([told?.errorCode, told?.numPartitions, told?.replicationFactor], [0, 3, 1]);
    assert.equal(told?.configs.length, 33);
    assert.deepEqual(
      told?.configs.find(({ name }) => name === 'retention.ms'),
      { name: 'retention.ms', value: ' 5000 ', readOnly: false, configSource: 1, isSensitive: false },
    );
    assert.deepEqual(
      told?.configs.find(({ name }) => name === 'segment.ms'),
      { name: 'segment.ms', value: '604800000', readOnly: false, configSource: 5, isSensitive: false },
    );
  });

  it('only says what it would do when asked to validate', () => {
    const cluster = testCluster();
    const { topics } = cluster.decide(createTopics, { topics: [topic('t')], validateOnly: true });
    assert.equal(topics[0]?.errorCode, 0);
    assert.notEqual(topics[0]?.topicId, ZERO_UUID);
    assert.equal(cluster.image.topicsByName.size, 0);
  });

  it('takes the defaults of the broker for -1', () => {
    const cluster = testCluster({
      brokers: [{ id: 1 }, { id: 2 }, { id: 3 }],
      settings: { 'num.partitions': '6', 'default.replication.factor': '2', 'log.retention.hours': '1' },
    });
    const { topics } = cluster.decide(createTopics, { topics: [topic('t', BY_DEFAULT)], validateOnly: false });
    assert.deepEqual([topics[0]?.numPartitions, topics[0]?.replicationFactor], [6, 2]);
    const retention = topics[0]?.configs.find(({ name }) => name === 'retention.ms');
    assert.deepEqual([retention?.value, retention?.configSource], ['3600000', 4]);
  });

  it('refuses names as Kafka does, each topic on its own', () => {
    const cluster = testCluster();
    codes([topic('there'), topic('a.b')], cluster);
    const long = 'x'.repeat(249);
    assert.deepEqual(
      codes(
        [
          topic(''),
          topic('.'),
          topic('..'),
          topic('a b'),
          topic('ä'),
          topic(long),
          topic(`${long}x`),
          topic('there'),
          topic('a_b'),
          topic('a.b'),
          topic('twice'),
          topic('twice'),
          topic('__cluster_metadata'),
          topic('__consumer_offsets'),
          topic('fine'),
        ],
        cluster,
      ),
      {
        '': 17,
        '.': 17,
        '..': 17,
        'a b': 17,
        ä: 17,
        [long]: 0,
        [`${long}x`]: 17,
        there: 36,
        a_b: 17,
        'a.b': 36,
        twice: 42,
        __cluster_metadata: 42,
        __consumer_offsets: 0,
        fine: 0,
      },
    );
  });

  it('lets names of one request collide, as Kafka does', () => {
    assert.deepEqual(codes([topic('x.y'), topic('x_y')]), { 'x.y': 0, x_y: 0 });
  });

  it('answers duplicates last and once', () => {
    const cluster = testCluster();
    const { topics } = cluster.decide(createTopics, {
      topics: [topic('dup'), topic('ok'), topic('dup')],
      validateOnly: false,
    });
    assert.deepEqual(
      topics.map(({ name, errorCode, topicId }) => [name, errorCode, topicId === ZERO_UUID]),
      [
        ['ok', 0, false],
        ['dup', 42, true],
      ],
    );
  });

  it('refuses counts as Kafka does', () => {
    assert.deepEqual(
      codes([
        topic('p0', { numPartitions: 0 }),
        topic('p-2', { numPartitions: -2 }),
        topic('r0', { replicationFactor: 0 }),
        topic('r-2', { replicationFactor: -2 }),
        topic('r2', { replicationFactor: 2 }),
        topic('both', { numPartitions: 0, replicationFactor: 0 }),
      ]),
      { p0: 37, 'p-2': 37, r0: 38, 'r-2': 38, r2: 38, both: 38 },
    );
  });

  it('takes manual assignments, and refuses them as Kafka does', () => {
    const cluster = testCluster({ brokers: [{ id: 1 }, { id: 2 }, { id: 3, state: 'fenced' }] });
    assert.deepEqual(
      codes(
        [
          topic('fine', assigned([1, 2, 1], [0, 1, 2])),
          topic('gap', assigned([0, 1], [2, 1])),
          topic('again', assigned([0, 1], [0, 1])),
          topic('same', assigned([0, 1, 1])),
          topic('unknown', assigned([0, 9])),
          topic('nobody', assigned([0])),
          topic('uneven', assigned([0, 1, 2], [1, 1])),
          topic('fenced', assigned([0, 3])),
          topic('half', assigned([0, 3, 1])),
          topic('counted', { ...assigned([0, 1]), numPartitions: 1 }),
          topic('factored', { ...assigned([0, 1]), replicationFactor: 1 }),
        ],
        cluster,
      ),
      {
        fine: 0,
        gap: 39,
        again: 39,
        same: 39,
        unknown: 39,
        nobody: 39,
        uneven: 39,
        fenced: 39,
        half: 0,
        counted: 42,
        factored: 42,
      },
    );
    const replicasOf = (name: string) => cluster.image.topicsByName.get(name)?.partitions.map((p) => p.replicas);
    assert.deepEqual(replicasOf('fine'), [
      [1, 2],
      [2, 1],
    ]);
    const half = cluster.image.topicsByName.get('half')?.partitions[0];
    assert.deepEqual([half?.isr, half?.leader], [[1], 1]);
  });

  it('refuses configurations as Kafka does, before it looks at the counts', () => {
    assert.deepEqual(
      codes([
        topic('null', set('retention.ms', null)),
        topic('unknown', set('nope', '1')),
        topic('bad', { ...set('retention.ms', 'week'), numPartitions: 0 }),
        topic('a b', set('nope', '1')),
        topic('last', {
          configs: [
            { name: 'retention.ms', value: 'x' },
            { name: 'retention.ms', value: '1' },
          ],
        }),
      ]),
      { null: 40, unknown: 40, bad: 40, 'a b': 17, last: 0 },
    );
  });

  it('takes 10,000 partitions in a request, and refuses all of it with one more', () => {
    const most = CREATE_PARTITION_COUNT_MAX;
    const cluster = testCluster();
    assert.deepEqual(codes([topic('one', { numPartitions: most })], cluster), { one: 0 });
    assert.equal(cluster.image.partitionCount, most);
    const more = [topic('a', { numPartitions: most }), topic('b', BY_DEFAULT), topic('c c')];
    assert.deepEqual(codes(more, cluster), { a: 44, b: 44, 'c c': 44 });
    assert.deepEqual(codes([topic('huge', { numPartitions: 2 ** 31 - 1 })], cluster), { huge: 44 });
  });

  it('leaves the choice of the directory to a broker with more than one', () => {
    const cluster = testCluster({ brokers: [{ id: 1, logDirs: ['A', 'B'] }] });
    codes([topic('t')], cluster);
    assert.deepEqual(cluster.image.topicsByName.get('t')?.partitions[0]?.directories, [ZERO_UUID]);
  });
});
