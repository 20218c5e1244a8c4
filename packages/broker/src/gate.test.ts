import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createGate } from './gate.ts';
import type { Peer } from './request.ts';

const frame = Buffer.alloc(8);
const peer: Peer = {
  connectionId: '1',
  listenerName: 'PLAINTEXT',
  address: '127.0.0.1',
  port: 50_000,
};

it('requests that come before a broker can answer wait for it, one of each connection at a time', async () => {
  const gate = createGate();
  const waiting = gate.dispatch(frame, peer, false);
  assert.notEqual(waiting, 'later');
  assert.equal(gate.dispatch(frame, peer, true), 'later');
  gate.open(() => ({ outcome: 'none', isPipelined: false }));
  assert.equal(waiting !== 'later' && (await waiting.outcome), 'none');
});

it('a start that fails closes the connections of those who wait for it', async () => {
  const gate = createGate();
  const waiting = gate.dispatch(frame, peer, false);
  gate.refuse();
  assert.equal(waiting !== 'later' && (await waiting.outcome), 'close');
});
