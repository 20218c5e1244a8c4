import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BrokerSettings } from '@sluice/metadata/config/broker-settings';
import { connectionLimits } from './connection-limits.ts';

const settings = { connectionsMax: 1_000, connectionsPerIpOverrides: new Map() } as unknown as BrokerSettings;

test('connections take no descriptors that the logs and the process need', () => {
  assert.equal(connectionLimits(settings).connectionCountMax, 1_000);
  assert.equal(connectionLimits(settings, 1_000_000).connectionCountMax, 1_000);
  assert.equal(connectionLimits(settings, 256).connectionCountMax, 64);
  assert.equal(connectionLimits(settings, 10).connectionCountMax, 8);
});
