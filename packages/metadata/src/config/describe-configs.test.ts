import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ClusterImage } from '../image/cluster-image.ts';
import {
  describeBrokerConfigs,
  describeClientMetricsConfigs,
  describeClusterDefaultConfigs,
  describeGroupConfigs,
  describeTopicConfigs,
} from './describe-configs.ts';
import { ConfigSource, type DescribedConfig } from './described-config.ts';
import { logConfigOf } from './log-config.ts';
import { groupConfigs, topicConfigs } from './tables.ts';

type Resources = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What is set, by `type/name`. */
function imageWith(resources: Resources): Pick<ClusterImage, 'config' | 'configuredNames'> {
  return {
    config: (type, name) => new Map(Object.entries(resources[`${type}/${name}`] ?? {})),
    configuredNames: () => [],
  };
}

const staticOf = (values: Readonly<Record<string, string>> = {}) => ({
  nodeId: 1,
  values: new Map(Object.entries(values)),
});
const one = (name: string) => ({ names: [name], includeSynonyms: true, includeDocumentation: false });
const all = { names: null, includeSynonyms: true, includeDocumentation: true };

function told([config]: readonly DescribedConfig[]) {
  const { value, configSource, synonyms } = config ?? assert.fail('not described');
  return [value, configSource, ...synonyms.map((synonym) => `${synonym.name}=${synonym.value} (${synonym.source})`)];
}

describe('described configurations', () => {
  it('follows a topic setting from the topic to the default', () => {
    const levels: [Resources, Record<string, string>, unknown[]][] = [
      [{}, {}, ['604800000', ConfigSource.DEFAULT]],
      [{}, { 'log.retention.hours': '2' }, ['7200000', ConfigSource.DEFAULT]],
      [
        {},
        { 'log.retention.ms': '5' },
        ['5', ConfigSource.STATIC_BROKER, 'log.retention.ms=5 (4)', 'log.retention.hours=168 (5)'],
      ],
      [
        { 'broker/': { 'log.retention.ms': '6' } },
        { 'log.retention.ms': '5' },
        [
          '6',
          ConfigSource.DYNAMIC_DEFAULT_BROKER,
          'log.retention.ms=6 (3)',
          'log.retention.ms=5 (4)',
          'log.retention.hours=168 (5)',
        ],
      ],
      [
        { 'broker/': { 'log.retention.ms': '6' }, 'broker/1': { 'log.retention.ms': '7' } },
        {},
        [
          '7',
          ConfigSource.DYNAMIC_BROKER,
          'log.retention.ms=7 (2)',
          'log.retention.ms=6 (3)',
          'log.retention.hours=168 (5)',
        ],
      ],
      [{ 'topic/t': { 'retention.ms': ' 8 ' } }, {}, ['8', ConfigSource.TOPIC, 'retention.ms=8 (1)']],
    ];
    for (const [resources, settings, expected] of levels) {
      const described = describeTopicConfigs(imageWith(resources), staticOf(settings), 't', one('retention.ms'));
      assert.deepEqual(told(described), expected);
    }
  });

  it('describes every topic and group configuration with a line of documentation', () => {
    const topics = describeTopicConfigs(imageWith({}), staticOf(), 't', all);
    const groups = describeGroupConfigs(imageWith({}), staticOf(), 'g', all);
    assert.equal(topics.length, topicConfigs.size);
    assert.equal(groups.length, groupConfigs.size);
    for (const { name, documentation, value } of [...topics, ...groups]) {
      assert.ok(documentation !== null && documentation.length > 20, name);
      assert.ok(value !== null, name);
    }
    const short = describeTopicConfigs(imageWith({}), staticOf(), 't', {
      ...all,
      includeSynonyms: false,
      includeDocumentation: false,
    });
    assert.ok(short.every(({ synonyms, documentation }) => synonyms.length === 0 && documentation === null));
  });

  it('shows only what was asked for, and nothing for unknown names', () => {
    const asked = { ...all, names: ['segment.ms', 'nope'] };
    const described = describeTopicConfigs(imageWith({}), staticOf(), 't', asked);
    assert.deepEqual(
      described.map(({ name }) => name),
      ['segment.ms'],
    );
  });

  it('says which broker settings are read-only, and hides passwords', () => {
    const image = imageWith({ 'broker/1': { 'ssl.key.password': 'hunter2' } });
    const by = new Map(describeBrokerConfigs(image, staticOf(), all).map((config) => [config.name, config]));
    assert.equal(by.get('num.partitions')?.readOnly, true);
    assert.equal(by.get('message.max.bytes')?.readOnly, false);
    assert.equal(by.get('sluice.durability')?.readOnly, true);
    assert.ok(!JSON.stringify([...by.values()]).includes('hunter2'));
    assert.deepEqual([by.get('ssl.key.password')?.isSensitive, by.get('ssl.key.password')?.value], [true, null]);
  });

  it('shows as the default of all brokers only what was set there', () => {
    const image = imageWith({
      'broker/': { 'min.insync.replicas': '2', 'plug.in': 'x' },
      'broker/1': { 'log.roll.ms': '1' },
    });
    const described = describeClusterDefaultConfigs(image, staticOf(), all);
    assert.deepEqual(
      described.map(({ name, value, configSource, isSensitive }) => [name, value, configSource, isSensitive]),
      [
        ['min.insync.replicas', '2', 3, false],
        ['plug.in', null, 3, true],
      ],
    );
  });

  it('follows a group setting to the broker', () => {
    const name = 'consumer.session.timeout.ms';
    const unset = describeGroupConfigs(imageWith({}), staticOf(), 'g', one(name));
    assert.deepEqual(told(unset), ['45000', ConfigSource.DEFAULT, `group.${name}=45000 (5)`]);
    const own = describeGroupConfigs(imageWith({ 'group/g': { [name]: '50000' } }), staticOf(), 'g', one(name));
    assert.deepEqual(told(own), ['50000', ConfigSource.GROUP, `${name}=50000 (8)`, `group.${name}=45000 (5)`]);
    const ofBroker = describeGroupConfigs(imageWith({}), staticOf({ [`group.${name}`]: '46000' }), 'g', one(name));
    assert.deepEqual(told(ofBroker).slice(0, 2), ['46000', ConfigSource.STATIC_BROKER]);
  });

  it('describes a client metrics subscription', () => {
    const image = imageWith({ 'client-metrics/m': { metrics: 'a, b' } });
    assert.deepEqual(
      describeClientMetricsConfigs(image, 'm', all).map(({ name, value, configSource }) => [name, value, configSource]),
      [
        ['interval.ms', '300000', 5],
        ['match', '', 5],
        ['metrics', 'a,b', 7],
      ],
    );
  });
});

describe('log configuration', () => {
  it("is Kafka's for a topic that sets nothing, and follows topic and broker", () => {
    const plain = logConfigOf(imageWith({}), staticOf(), 't');
    assert.equal(plain.segmentMs, 604_800_000);
    assert.equal(plain.flushMessages, Number.POSITIVE_INFINITY);
    assert.deepEqual([plain.cleanupDelete, plain.cleanupCompact], [true, false]);
    const image = imageWith({
      'topic/t': { 'cleanup.policy': 'compact', 'compression.type': 'zstd', 'message.timestamp.type': 'LogAppendTime' },
      'broker/': { 'log.segment.bytes': '2000000' },
    });
    const changed = logConfigOf(
      image,
      staticOf({ 'log.roll.hours': '1', 'log.flush.scheduler.interval.ms': '9' }),
      't',
    );
    assert.deepEqual([changed.cleanupDelete, changed.cleanupCompact], [false, true]);
    assert.deepEqual([changed.compressionType, changed.timestampType], ['zstd', 'LogAppendTime']);
    assert.deepEqual([changed.segmentSizeBytes, changed.segmentMs, changed.flushMs], [2_000_000, 3_600_000, 9]);
  });

  it('goes on with the default where a stored value cannot be read any more', () => {
    const image = imageWith({ 'topic/t': { 'segment.bytes': 'garbage' }, 'broker/': { 'log.segment.bytes': '14' } });
    assert.equal(logConfigOf(image, staticOf(), 't').segmentSizeBytes, 1_073_741_824);
  });
});
