import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { testBrokerValues } from '../testing/test-cluster.ts';
import { parseConfig } from './parse-config.ts';
import { topicConfigs } from './tables.ts';
import { groupConfigsProblem } from './validate-group-configs.ts';
import { topicConfigsProblem } from './validate-topic-configs.ts';

type Settings = Readonly<Record<string, string>>;

function topicProblem(configs: Settings, broker: Settings = {}, before: Settings = {}): string | undefined {
  return topicConfigsProblem(
    new Map(Object.entries(configs)),
    new Map(Object.entries(before)),
    testBrokerValues(broker),
  );
}

function groupProblem(configs: Settings, broker: Settings = {}): string | undefined {
  return groupConfigsProblem(new Map(Object.entries(configs)), testBrokerValues(broker));
}

const refused = (problem: string | undefined) => problem !== undefined;
const tiered = { 'remote.log.storage.system.enable': 'true' };
const remote = { 'remote.storage.enable': 'true' };

describe('topic configurations together', () => {
  it('keeps the compaction lags in order, those of the broker too', () => {
    assert.ok(refused(topicProblem({ 'min.compaction.lag.ms': '10', 'max.compaction.lag.ms': '5' })));
    assert.ok(!refused(topicProblem({ 'min.compaction.lag.ms': '5', 'max.compaction.lag.ms': '5' })));
    assert.ok(refused(topicProblem({ 'min.compaction.lag.ms': '10' }, { 'log.cleaner.max.compaction.lag.ms': '5' })));
  });

  it('looks at the local retention of tiered topics only', () => {
    assert.ok(!refused(topicProblem({ 'local.retention.ms': '100', 'retention.ms': '50' })));
    assert.ok(!refused(topicProblem({ 'remote.log.copy.disable': 'true' })));
    assert.ok(refused(topicProblem(remote)));
    assert.ok(!refused(topicProblem(remote, tiered)));
    assert.ok(refused(topicProblem({ ...remote, 'cleanup.policy': 'compact' }, tiered)));
    for (const unit of ['ms', 'bytes']) {
      const with_ = (local: string, total: string, more: Settings = {}) =>
        topicProblem({ ...remote, [`local.retention.${unit}`]: local, [`retention.${unit}`]: total, ...more }, tiered);
      assert.ok(refused(with_('100', '50')));
      assert.ok(refused(with_('-1', '50')));
      assert.ok(!refused(with_('50', '50')));
      assert.ok(!refused(with_('-2', '50')));
      assert.ok(!refused(with_('100', '-1')));
      assert.ok(refused(with_('40', '50', { 'remote.log.copy.disable': 'true' })));
      assert.ok(!refused(with_('-2', '50', { 'remote.log.copy.disable': 'true' })));
    }
  });

  it('lets tiering go only with its data', () => {
    assert.ok(refused(topicProblem({ 'remote.storage.enable': 'false' }, tiered, remote)));
    assert.ok(refused(topicProblem({}, tiered, remote)));
    assert.ok(!refused(topicProblem({ 'remote.log.delete.on.disable': 'true' }, tiered, remote)));
  });

  it('takes any settings that are valid one by one, but for those that it compares', () => {
    const compared = /lag|remote|local/;
    const names = [...topicConfigs.keys()].filter((name) => !compared.test(name));
    const entry = fc.tuple(
      fc.constantFrom(...names),
      fc.oneof(fc.integer().map(String), fc.constantFrom('true', 'gzip', 'compact', '0.5', 'CreateTime', '*')),
    );
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 6 }), (entries) => {
        const configs = new Map(entries);
        const allValid = [...configs].every(([name, raw]) => {
          const definition = topicConfigs.get(name);
          return definition !== undefined && parseConfig(definition, raw).ok;
        });
        assert.equal(topicConfigsProblem(configs, new Map(), testBrokerValues()) === undefined, allValid);
      }),
    );
  });
});

describe('group configurations together', () => {
  /** What Kafka 4.3.1 answered to each alone, with its default limits. */
  const answers: [string, string, boolean][] = [
    ['consumer.session.timeout.ms', '44000', true],
    ['consumer.session.timeout.ms', '60001', true],
    ['consumer.session.timeout.ms', '50000', false],
    ['consumer.heartbeat.interval.ms', '4999', true],
    ['consumer.heartbeat.interval.ms', '15001', true],
    ['consumer.assignment.interval.ms', '15001', true],
    ['share.delivery.count.limit', '11', true],
    ['share.delivery.count.limit', '10', false],
    ['share.partition.max.record.locks', '4001', true],
    ['share.record.lock.duration.ms', '14999', true],
    ['share.record.lock.duration.ms', '60001', true],
    ['share.isolation.level', 'READ_COMMITTED', true],
    ['streams.num.standby.replicas', '3', true],
    ['streams.num.standby.replicas', '2', false],
    ['streams.session.timeout.ms', '60001', true],
    ['streams.session.timeout.ms', '44999', true],
    ['streams.heartbeat.interval.ms', '4999', true],
    ['streams.initial.rebalance.delay.ms', '100000000', false],
    ['nope', '1', true],
  ];
  for (const [name, value, isRefused] of answers) {
    it(`${isRefused ? 'refuses' : 'takes'} ${name}=${value}`, () => {
      assert.equal(refused(groupProblem({ [name]: value })), isRefused);
    });
  }

  it('wants the session timeout above the heartbeat interval', () => {
    const wide = { 'group.consumer.min.session.timeout.ms': '1', 'group.consumer.min.heartbeat.interval.ms': '1' };
    const of = (session: string, heartbeat: string) =>
      groupProblem({ 'consumer.session.timeout.ms': session, 'consumer.heartbeat.interval.ms': heartbeat }, wide);
    assert.ok(refused(of('5000', '5000')));
    assert.ok(!refused(of('5001', '5000')));
    assert.ok(refused(groupProblem({ 'consumer.session.timeout.ms': '4000' }, wide)));
  });
});
