import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StaticConfig } from '@sluice/metadata/config/static-config';
import type { ClusterImage } from '@sluice/metadata/image/cluster-image';
import { createShareSettings } from './share-settings.ts';

function settingsWith(groups: Readonly<Record<string, Readonly<Record<string, string>>>>) {
  const state = { revision: 1, groups };
  const image = {
    get revision() {
      return state.revision;
    },
    config: (type: string, name: string) => new Map(type === 'group' ? Object.entries(state.groups[name] ?? {}) : []),
  } as unknown as ClusterImage;
  const staticConfig = { nodeId: 1, values: new Map() } as unknown as StaticConfig;
  return { state, settings: createShareSettings(image, staticConfig) };
}

test('a group has the broker’s settings unless it has its own', () => {
  const { settings } = settingsWith({
    own: {
      'share.record.lock.duration.ms': '20000',
      'share.delivery.count.limit': '3',
      'share.partition.max.record.locks': '500',
      'share.renew.acknowledge.enable': 'false',
      'share.isolation.level': 'read_committed',
      'share.auto.offset.reset': 'by_duration:PT1H',
    },
  });
  assert.deepEqual(settings.ofGroup('other'), {
    recordLockDurationMs: 30_000,
    deliveryCountLimit: 5,
    recordLockCountMax: 2_000,
    isRenewEnabled: true,
    isCommittedOnly: false,
    offsetReset: { kind: 'latest' },
  });
  assert.deepEqual(settings.ofGroup('own'), {
    recordLockDurationMs: 20_000,
    deliveryCountLimit: 3,
    recordLockCountMax: 500,
    isRenewEnabled: false,
    isCommittedOnly: true,
    offsetReset: { kind: 'by-duration', durationMs: 3_600_000 },
  });
  assert.equal(settings.sessionCountMax(), 2_000);
});

test('limits that were drawn closer later count, and changes act at once', () => {
  const { settings, state } = settingsWith({ own: { 'share.record.lock.duration.ms': '1000' } });
  assert.equal(settings.ofGroup('own').recordLockDurationMs, 15_000);
  state.groups = { own: { 'share.record.lock.duration.ms': '45000' } };
  assert.equal(settings.ofGroup('own').recordLockDurationMs, 15_000);
  state.revision++;
  assert.equal(settings.ofGroup('own').recordLockDurationMs, 45_000);
});
