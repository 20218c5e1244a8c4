import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { after, test } from 'node:test';
import type { Battlefield } from './attack.ts';
import { sendAndExpectClose, sendAndProbe, sendRequest } from './blow.ts';

const API_VERSIONS = { apiKey: 18, version: 0, body: Buffer.alloc(0) };
const FETCH = { apiKey: 1, version: 4, body: Buffer.alloc(0) };

const closers: (() => void)[] = [];
after(() => {
  for (const close of closers) close();
});

/** A broker that does one thing with every connection. */
async function brokerThat(serve: (socket: Socket) => void): Promise<Battlefield> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    serve(socket);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return {
    target: { host: '127.0.0.1', port: address.port },
    corpus: { requests: [] },
    served: new Map(),
    guarded: { name: 'guarded', id: '' },
    fodder: { name: 'fodder', id: '' },
    watch: undefined,
    limits: { answerMs: 100, connectionCount: 1, holdMs: 1, idleMs: undefined, connectionSizeBytesMax: 1 },
  };
}

/** Answers every frame with its correlation id, `skipped` ones excepted. */
function answering(skipped = 0): (socket: Socket) => void {
  return (socket) => {
    let received: Buffer = Buffer.alloc(0);
    let frames = 0;
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      while (received.length >= 4 && received.length >= 4 + received.readInt32BE(0)) {
        const frame = received.subarray(4, 4 + received.readInt32BE(0));
        received = received.subarray(4 + frame.length);
        if (frames++ < skipped) continue;
        socket.write(Buffer.concat([Buffer.from('00000004', 'hex'), frame.subarray(4, 8)]));
      }
    });
  };
}

test('a broker that answers, or that skips the bad request and answers the probe, is fine', async () => {
  assert.deepEqual(await sendRequest(await brokerThat(answering()), API_VERSIONS), { outcome: 'answered' });
  assert.deepEqual(await sendRequest(await brokerThat(answering(1)), API_VERSIONS), { outcome: 'answered' });
});

test('a broker that closes is fine', async () => {
  const field = await brokerThat((socket) => socket.end());
  assert.deepEqual(await sendRequest(field, API_VERSIONS), { outcome: 'closed' });
  assert.deepEqual(await sendAndExpectClose(field, [Buffer.from('GET / HTTP/1.1')]), { outcome: 'closed' });
});

test('a broker that falls silent is caught, save where waiting is allowed', async () => {
  const field = await brokerThat((socket) => socket.resume());
  const blow = await sendRequest(field, API_VERSIONS);
  assert.match(blow.violation ?? '', /^ApiVersions v0: neither answered nor closed/);
  assert.deepEqual(await sendRequest(field, FETCH), { outcome: 'held' });
});

test('a broker that answers what it must refuse, and stays open, is caught', async () => {
  const field = await brokerThat(answering());
  const blow = await sendAndExpectClose(field, [Buffer.alloc(4)]);
  assert.match(blow.violation ?? '', /not closed/);
});

test('a broker that is not there is an error, not an outcome', async () => {
  const field = await brokerThat(answering());
  closers.splice(0).forEach((close) => {
    close();
  });
  await assert.rejects(sendAndProbe(field, [Buffer.alloc(1)], 'anything'));
});
