import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { testCluster } from '../testing/test-cluster.ts';
import { alterConfigs } from './alter-configs.ts';
import { createTopics } from './create-topics.ts';
import { incrementalAlterConfigs } from './incremental-alter-configs.ts';

const [TOPIC, BROKER, LOGGER, METRICS, GROUP] = [2, 4, 8, 16, 32];
const [SET, DELETE, APPEND, SUBTRACT] = [0, 1, 2, 3];

function clusterWithTopic() {
  const cluster = testCluster({ features: { 'eligible.leader.replicas.version': 1 } });
  const topics = [{ name: 't', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }];
  cluster.decide(createTopics, { topics, validateOnly: false });
  return cluster;
}

type Cluster = ReturnType<typeof clusterWithTopic>;
type Operation = readonly [name: string, configOperation: number, value: string | null];

function increment(cluster: Cluster, type: number, resourceName: string, ...operations: readonly Operation[]): number {
  const configs = operations.map(([name, configOperation, value]) => ({ name, configOperation, value }));
  const resources = [{ resourceType: type, resourceName, configs }];
  const { responses } = cluster.decide(incrementalAlterConfigs, { resources, validateOnly: false });
  assert.equal(responses.length, 1);
  return responses[0]?.errorCode ?? -99;
}

function alter(
  cluster: Cluster,
  type: number,
  resourceName: string,
  ...pairs: readonly (readonly [name: string, value: string | null])[]
): number {
  const configs = pairs.map(([name, value]) => ({ name, value }));
  const resources = [{ resourceType: type, resourceName, configs }];
  const { responses } = cluster.decide(alterConfigs, { resources, validateOnly: false });
  return responses[0]?.errorCode ?? -99;
}

describe('IncrementalAlterConfigs', () => {
  it('sets, deletes, appends and subtracts', () => {
    const cluster = clusterWithTopic();
    const of = (name: string) => cluster.image.config('topic', 't').get(name);
    assert.equal(increment(cluster, TOPIC, 't', ['retention.ms', SET, '5'], ['flush.messages', SET, '7']), 0);
    assert.equal(increment(cluster, TOPIC, 't', ['retention.ms', DELETE, null]), 0);
    assert.deepEqual([of('retention.ms'), of('flush.messages')], [undefined, '7']);
    // To the default, each item once.
    assert.equal(increment(cluster, TOPIC, 't', ['cleanup.policy', APPEND, 'compact']), 0);
    assert.equal(of('cleanup.policy'), 'delete,compact');
    assert.equal(increment(cluster, TOPIC, 't', ['cleanup.policy', APPEND, 'compact']), 0);
    assert.equal(of('cleanup.policy'), 'delete,compact');
    assert.equal(increment(cluster, TOPIC, 't', ['cleanup.policy', SUBTRACT, 'delete,compact']), 0);
    assert.equal(of('cleanup.policy'), '');
    const throttled = 'leader.replication.throttled.replicas';
    assert.equal(increment(cluster, TOPIC, 't', [throttled, APPEND, '0:1,1:1']), 0);
    assert.equal(increment(cluster, TOPIC, 't', [throttled, APPEND, '0:1,2:1']), 0);
    assert.equal(of(throttled), '0:1,1:1,2:1');
  });

  it('forgets a resource on which nothing is set any more', () => {
    const cluster = clusterWithTopic();
    increment(cluster, TOPIC, 't', ['retention.ms', SET, '5']);
    assert.deepEqual([...cluster.image.configuredNames('topic')], ['t']);
    increment(cluster, TOPIC, 't', ['retention.ms', DELETE, null]);
    assert.deepEqual([...cluster.image.configuredNames('topic')], []);
  });

  it('changes nothing when it only validates, or when one of a resource is wrong', () => {
    const cluster = clusterWithTopic();
    const resources = [
      { resourceType: TOPIC, resourceName: 't', configs: [{ name: 'retention.ms', configOperation: SET, value: '5' }] },
    ];
    cluster.decide(incrementalAlterConfigs, { resources, validateOnly: true });
    assert.equal(increment(cluster, TOPIC, 't', ['retention.ms', SET, '5'], ['flush.ms', SET, 'x']), 40);
    assert.equal(cluster.image.config('topic', 't').size, 0);
  });

  /** What Kafka 4.3.1 answered to the same requests. */
  const answers: [number, string, Operation[], number][] = [
    [TOPIC, 't', [], 0],
    [TOPIC, 't', [['nope', SET, '1']], 40],
    [TOPIC, 't', [['nope', DELETE, null]], 0],
    [TOPIC, 't', [['nope', APPEND, 'x']], 40],
    [TOPIC, 't', [['retention.ms', APPEND, '5']], 40],
    [TOPIC, 't', [['retention.ms', 9, '5']], -1],
    [TOPIC, 't', [['retention.ms', SET, null]], 42],
    [
      TOPIC,
      't',
      [
        ['retention.ms', SET, '5'],
        ['retention.ms', SET, '6'],
      ],
      42,
    ],
    [TOPIC, 'missing', [['retention.ms', SET, '5']], 3],
    [TOPIC, 'missing', [['retention.ms', SET, 'x']], 40],
    [TOPIC, '', [['retention.ms', SET, '5']], 42],
    [TOPIC, 'a b', [['retention.ms', SET, '5']], 17],
    [TOPIC, 't', [['cleanup.policy', APPEND, 'keep']], 40],
    [TOPIC, 't', [['message.format.version', SET, '2.0']], 40],
    [BROKER, '1', [['log.dirs', SET, '/x']], 42],
    [BROKER, '1', [['nope.custom', SET, '/x']], 0],
    [BROKER, '1', [['nope.custom', APPEND, '/x']], 40],
    [BROKER, '1', [['background.threads', SET, 'x']], 42],
    [BROKER, '1', [['background.threads', SET, '0']], 42],
    [BROKER, '1', [['background.threads', SET, '100']], 42],
    [BROKER, '1', [['background.threads', SET, '12']], 0],
    [BROKER, '1', [['log.cleaner.threads', SET, '0']], 42],
    [BROKER, '1', [['background.threads', APPEND, '12']], 40],
    [BROKER, '1', [['background.threads', 9, '12']], 42],
    [BROKER, '', [['background.threads', SET, '11']], 0],
    [BROKER, '', [['listeners', SET, 'PLAINTEXT://:1']], 42],
    [BROKER, '', [['ssl.keystore.password', SET, 'x']], 42],
    [BROKER, '1', [['ssl.keystore.password', SET, 'x']], 42],
    [BROKER, '1', [['listener.name.plaintext.ssl.keystore.password', SET, 'x']], 0],
    [BROKER, '7', [['background.threads', SET, '12']], 42],
    [BROKER, 'x', [['background.threads', SET, '12']], 42],
    [BROKER, '-1', [['background.threads', SET, '12']], 42],
    [BROKER, '1', [['min.insync.replicas', SET, '1']], 40],
    [BROKER, '', [['min.insync.replicas', SET, '2']], 0],
    [BROKER, '', [['log.cleanup.policy', APPEND, 'compact']], 0],
    [BROKER, '', [['auto.create.topics.enable', SET, 'false']], 42],
    [BROKER, '', [['num.partitions', SET, '3']], 42],
    [GROUP, 'g', [['consumer.session.timeout.ms', SET, '50000']], 0],
    [GROUP, 'g', [['nope', SET, '1']], 40],
    [GROUP, 'g', [['nope', DELETE, null]], 0],
    [GROUP, '', [['consumer.heartbeat.interval.ms', SET, '5000']], 42],
    [METRICS, 'm', [['interval.ms', SET, '99']], 42],
    [METRICS, 'm', [['interval.ms', SET, '100']], 0],
    [METRICS, 'm', [['interval.ms', SET, '3600001']], 42],
    [METRICS, 'm', [['metrics', SET, 'a,b']], 0],
    [METRICS, 'm', [['match', SET, 'x=y']], 40],
    [METRICS, 'm', [['match', SET, 'client_id=a(b']], 40],
    [METRICS, 'm', [['match', SET, 'client_id=a,client_software_name=b']], 0],
    [METRICS, 'm', [['nope', SET, 'x']], 42],
    [METRICS, '', [['interval.ms', SET, '100']], 42],
    [LOGGER, '1', [['a.b.c', SET, 'INFO']], 40],
    [LOGGER, '1', [['root', DELETE, null]], 42],
    [LOGGER, '1', [['root', APPEND, 'INFO']], 42],
    [LOGGER, '2', [['root', SET, 'INFO']], 42],
    [LOGGER, '', [['root', SET, 'INFO']], 42],
    [1, 'x', [['root', SET, 'INFO']], 42],
    [0, 'x', [['root', SET, 'INFO']], 42],
  ];
  for (const [type, name, operations, code] of answers) {
    it(`answers ${code} to ${type} '${name}' ${JSON.stringify(operations)}`, () => {
      assert.equal(increment(clusterWithTopic(), type, name, ...operations), code);
    });
  }

  it("never lets the cluster's default of min.insync.replicas go while eligible leader replicas are on", () => {
    const cluster = clusterWithTopic();
    increment(cluster, BROKER, '', ['min.insync.replicas', SET, '2']);
    assert.equal(increment(cluster, BROKER, '', ['min.insync.replicas', DELETE, null]), 40);
    assert.equal(alter(cluster, BROKER, ''), 40);
    assert.equal(cluster.image.config('broker', '').get('min.insync.replicas'), '2');
  });

  it('refuses more configuration for one resource than the store holds', () => {
    const cluster = clusterWithTopic();
    const huge = `${'0:1,'.repeat(300_000)}0:1`;
    assert.equal(increment(cluster, TOPIC, 't', ['leader.replication.throttled.replicas', SET, huge]), 40);
  });
});

describe('AlterConfigs', () => {
  it('replaces all that is set on the resource', () => {
    const cluster = clusterWithTopic();
    assert.equal(alter(cluster, TOPIC, 't', ['retention.ms', '5'], ['flush.ms', '6']), 0);
    assert.equal(alter(cluster, TOPIC, 't', ['flush.ms', '7']), 0);
    assert.deepEqual([...cluster.image.config('topic', 't')], [['flush.ms', '7']]);
    assert.equal(alter(cluster, TOPIC, 't'), 0);
    assert.deepEqual([...cluster.image.configuredNames('topic')], []);
  });

  it('answers as Kafka 4.3.1 does', () => {
    const cluster = clusterWithTopic();
    assert.equal(alter(cluster, TOPIC, 't', ['nope', '7']), 40);
    assert.equal(alter(cluster, TOPIC, 't', ['retention.ms', null]), 42);
    assert.equal(alter(cluster, TOPIC, 't', ['retention.ms', '7'], ['retention.ms', '8']), 42);
    assert.equal(alter(cluster, TOPIC, 'missing', ['retention.ms', '7']), 3);
    assert.equal(alter(cluster, LOGGER, '1', ['root', 'INFO']), 42);
    assert.equal(alter(cluster, BROKER, '1', ['nope.x', '1']), 0);
  });

  it('refuses a resource that appears twice, not the others', () => {
    const cluster = clusterWithTopic();
    const resources = [
      { resourceType: TOPIC, resourceName: 't', configs: [] },
      { resourceType: TOPIC, resourceName: 't', configs: [] },
      { resourceType: GROUP, resourceName: 't', configs: [] },
    ];
    for (const decision of [alterConfigs, incrementalAlterConfigs]) {
      const { responses } = cluster.decide(decision, { resources, validateOnly: false });
      assert.deepEqual(
        responses.map(({ errorCode }) => errorCode),
        [42, 42, 0],
      );
    }
  });
});
