import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configKey } from '@sluice/metadata/image/keys';
import { encodeConfig } from '@sluice/metadata/image/values';
import { testCluster } from '@sluice/metadata/testing/test-cluster';
import { createGroupSettings } from './group-settings.ts';

function settingsOf(values: Readonly<Record<string, string>>) {
  const cluster = testCluster();
  const settings = createGroupSettings(cluster.image, { nodeId: 1, values: new Map(Object.entries(values)) });
  const set = (type: 'group' | 'broker', name: string, configs: Readonly<Record<string, string>>) =>
    cluster.apply([{ kind: 'put', key: configKey(type, name), value: encodeConfig(new Map(Object.entries(configs))) }]);
  return { settings, set };
}

test('what is not set has the default of Kafka', () => {
  const { settings } = settingsOf({});
  assert.equal(settings.classic.initialRebalanceDelayMs, 3_000);
  assert.equal(settings.classic.sessionTimeoutMsMax, 1_800_000);
  assert.deepEqual(settings.consumer.assignors, ['uniform', 'range']);
  assert.equal(settings.consumer.migrationPolicy, 'bidirectional');
  assert.equal(settings.consumer.isEnabled, true);
  assert.equal(settings.offsets.retentionMs, 7 * 24 * 3_600_000);
});

test("the broker's settings count, whatever their case", () => {
  const { settings } = settingsOf({
    'group.consumer.migration.policy': 'UPGRADE',
    'group.coordinator.rebalance.protocols': 'classic',
    'group.consumer.assignors': 'range,org.apache.kafka.coordinator.group.assignor.UniformAssignor',
  });
  assert.equal(settings.consumer.migrationPolicy, 'upgrade');
  assert.equal(settings.consumer.isEnabled, false);
  assert.deepEqual(settings.consumer.assignors, ['range', 'uniform']);
});

test("a group's own setting acts at once, within the broker's limits", () => {
  const { settings, set } = settingsOf({ 'group.consumer.max.session.timeout.ms': '60000' });
  assert.equal(settings.consumer.sessionTimeoutMs('group'), 45_000);
  set('group', 'group', { 'consumer.session.timeout.ms': '50000', 'consumer.heartbeat.interval.ms': '6000' });
  assert.equal(settings.consumer.sessionTimeoutMs('group'), 50_000);
  assert.equal(settings.consumer.heartbeatIntervalMs('group'), 6_000);
  assert.equal(settings.consumer.sessionTimeoutMs('other'), 45_000);
  set('group', 'group', { 'consumer.session.timeout.ms': '70000' });
  assert.equal(settings.consumer.sessionTimeoutMs('group'), 60_000);
  assert.equal(settings.consumer.heartbeatIntervalMs('group'), 5_000);
});

test('what may change while the broker runs does', () => {
  const { settings, set } = settingsOf({});
  const before = settings.consumer.assignmentIntervalMs('group');
  set('broker', '', { 'group.consumer.assignment.interval.ms': String(before + 7) });
  assert.equal(settings.consumer.assignmentIntervalMs('group'), before + 7);
});
