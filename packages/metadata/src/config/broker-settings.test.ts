import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brokerSettings } from './broker-settings.ts';
import { staticBrokerValues } from './broker-values.ts';

function settingsOf(values: Readonly<Record<string, string>>) {
  const all = Object.entries({ listeners: 'PLAINTEXT://127.0.0.1:0', ...values });
  const result = brokerSettings(staticBrokerValues({ nodeId: 1, values: new Map(all) }));
  assert(result.ok, 'these are valid');
  return result.settings;
}

test('the backlog of listening sockets is the one that is set, and the system knows best otherwise', () => {
  assert.equal(settingsOf({}).socketListenBacklogSize, undefined);
  assert.equal(settingsOf({ 'socket.listen.backlog.size': '50' }).socketListenBacklogSize, 50);
});
