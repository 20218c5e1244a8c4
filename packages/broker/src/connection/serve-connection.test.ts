import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '@sluice/kernel/clock';
import { silentLogger } from '@sluice/kernel/logger';
import type { Connection } from '@sluice/kernel/network';
import type { Begun, Outcome } from '../dispatch.ts';
import { receive } from '../testing/receive.ts';
import { createFrameBuffers } from './frame-buffers.ts';
import { createInFlight } from './in-flight.ts';
import { FRAME_MS_MAX, PIPELINED_REQUEST_COUNT_MAX } from './limits.ts';
import { serveConnection } from './serve-connection.ts';

const settleMicrotasks = () => new Promise<void>((resolve) => setImmediate(resolve));

function frame(text: string): Buffer {
  const content = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeInt32BE(content.length);
  return Buffer.concat([length, content]);
}

/** A served connection whose requests are answered by the test. */
function serve(
  options: { inFlightSizeBytesMax?: number; idleMs?: number; isPipelined?: (text: string) => boolean } = {},
) {
  let nowMs = 0;
  const clock: Clock = { now: () => nowMs, monotonicMs: () => nowMs, setTimer: () => ({ cancel() {} }) };
  const sent: string[] = [];
  const begun: string[] = [];
  const answers = new Map<string, (outcome: Outcome) => void>();
  const state = { isPaused: false, isEnded: false, isDestroyed: false, unsentBytes: 0 };
  const connection: Connection = {
    remoteAddress: '127.0.0.1',
    remotePort: 1,
    localAddress: '127.0.0.1',
    localPort: 2,
    get unsentBytes() {
      return state.unsentBytes;
    },
    write: (buffers) => void sent.push(buffers.map((buffer) => Buffer.from(buffer).toString()).join('+')),
    pause() {
      state.isPaused = true;
    },
    resume() {
      state.isPaused = false;
    },
    end() {
      state.isEnded = true;
    },
    destroy() {
      state.isDestroyed = true;
    },
  };
  const inFlight = createInFlight(options.inFlightSizeBytesMax ?? 1_000_000);
  const served = serveConnection({
    connection,
    peer: {
      connectionId: 'c',
      listenerName: 'L',
      address: '127.0.0.1',
      port: 1,
    },
    limits: {
      frameSizeBytesMax: 100_000,
      connectionCountMax: 1,
      connectionCountPerIpMax: () => 1,
      idleMs: options.idleMs ?? 600_000,
      inFlightSizeBytesMax: 1_000_000,
      unsentSizeBytesMax: 1_000,
    },
    inFlight,
    scratch: Buffer.alloc(1024),
    buffers: createFrameBuffers(),
    clock,
    logger: silentLogger,
    onClosed() {},
    dispatch(received, _peer, areOthersUnderWay): Begun | 'later' {
      const text = received.toString();
      if (areOthersUnderWay && options.isPipelined?.(text) !== true) return 'later';
      begun.push(text);
      const outcome = new Promise<Outcome>((resolve) => answers.set(text, resolve));
      return { outcome, isPipelined: options.isPipelined?.(text) ?? false };
    },
  });
  return {
    served,
    sent,
    begun,
    state,
    inFlight,
    answer: async (text: string, outcome: Outcome = [Buffer.from(`re:${text}`)]) => {
      answers.get(text)?.(outcome);
      await settleMicrotasks();
    },
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

test('a request waits for the end of the one before it', async () => {
  const { served, begun, sent, answer } = serve();
  receive(served.receiver, Buffer.concat([frame('a'), frame('b')]));
  assert.deepEqual(begun, ['a']);
  await answer('a');
  assert.deepEqual(begun, ['a', 'b']);
  await answer('b');
  assert.deepEqual(sent, ['re:a', 're:b']);
});

test('pipelined requests begin at once; their answers keep the order and leave together', async () => {
  const { served, begun, sent, answer } = serve({ isPipelined: () => true });
  receive(served.receiver, Buffer.concat([frame('a'), frame('b'), frame('c')]));
  assert.deepEqual(begun, ['a', 'b', 'c']);
  await answer('c');
  await answer('b');
  assert.deepEqual(sent, []);
  await answer('a');
  assert.deepEqual(sent, ['re:a+re:b+re:c']);
});

test('a request that is not pipelined waits for all pipelined ones before it', async () => {
  const { served, begun, sent, answer } = serve({ isPipelined: (text) => text.startsWith('p') });
  receive(served.receiver, Buffer.concat(['p1', 'p2', 'a', 'p3'].map(frame)));
  assert.deepEqual(begun, ['p1', 'p2']);
  await answer('p2');
  assert.deepEqual(begun, ['p1', 'p2']);
  await answer('p1', 'none');
  assert.deepEqual(begun, ['p1', 'p2', 'a']);
  await answer('a');
  assert.deepEqual(begun, ['p1', 'p2', 'a', 'p3']);
  await answer('p3');
  assert.deepEqual(sent, ['re:p2', 're:a', 're:p3']);
});

test('a request without an answer takes its turn all the same', async () => {
  const { served, sent, answer } = serve({ isPipelined: () => true });
  receive(served.receiver, Buffer.concat([frame('acks0'), frame('b')]));
  await answer('b');
  assert.deepEqual(sent, []);
  await answer('acks0', 'none');
  assert.deepEqual(sent, ['re:b']);
});

test('an outcome that closes sends what came before it and nothing after it', async () => {
  const { served, sent, state, answer } = serve({ isPipelined: () => true });
  receive(served.receiver, Buffer.concat([frame('a'), frame('bad'), frame('c')]));
  await answer('c');
  await answer('bad', 'close');
  await answer('a');
  assert.deepEqual(sent, ['re:a']);
  assert.equal(state.isEnded, true);
});

test('reading pauses at the limit of pipelined requests and goes on below it', async () => {
  const { served, state, answer } = serve();
  for (let i = 0; i < PIPELINED_REQUEST_COUNT_MAX - 1; i++) receive(served.receiver, frame(`r${i}`));
  assert.equal(state.isPaused, false);
  receive(served.receiver, frame('last'));
  assert.equal(state.isPaused, true);
  await answer('r0');
  assert.equal(state.isPaused, false);
});

test('a peer that does not read its answers gets no further request begun', async () => {
  const { served, begun, state, answer } = serve();
  receive(served.receiver, Buffer.concat([frame('a'), frame('b')]));
  state.unsentBytes = 1_001;
  await answer('a');
  assert.deepEqual(begun, ['a']);
  state.unsentBytes = 0;
  served.onDrain();
  assert.deepEqual(begun, ['a', 'b']);
});

test('reading pauses while the bytes in flight are full, and they are given back at the answer and at the close', async () => {
  const { served, state, inFlight, answer } = serve({ inFlightSizeBytesMax: 10 });
  receive(served.receiver, frame('0123456789'));
  assert.equal(state.isPaused, true);
  await answer('0123456789');
  assert.equal(state.isPaused, false);
  assert.equal(inFlight.sizeBytes, 0);
  receive(served.receiver, Buffer.concat([frame('abc'), Buffer.from([0, 0, 0, 9, 1, 2])]));
  assert.equal(inFlight.sizeBytes, 9);
  served.onClose('peer');
  assert.equal(inFlight.sizeBytes, 0);
  await answer('abc');
  assert.equal(inFlight.sizeBytes, 0);
});

test('a frame that drips is closed at its deadline, although it never idles', () => {
  const { served, state, pass } = serve();
  receive(served.receiver, Buffer.from([0, 0, 1, 0]));
  for (let i = 0; i < 30; i++) {
    pass(FRAME_MS_MAX / 30);
    receive(served.receiver, Buffer.from([1]));
    served.sweep();
  }
  assert.equal(state.isDestroyed, false);
  pass(1_000);
  served.sweep();
  assert.equal(state.isDestroyed, true);
});

test('an idle connection is closed after its time, one that waits for us is not', async () => {
  const { served, state, pass, answer } = serve({ idleMs: 1_000 });
  receive(served.receiver, frame('slow'));
  pass(5_000);
  served.sweep();
  assert.equal(state.isDestroyed, false);
  await answer('slow');
  pass(1_001);
  served.sweep();
  assert.equal(state.isDestroyed, true);
});

test('finishing answers what has begun and then closes', async () => {
  const { served, begun, sent, state, answer } = serve();
  receive(served.receiver, Buffer.concat([frame('a'), frame('b')]));
  served.finish();
  assert.equal(state.isEnded, false);
  await answer('a');
  assert.deepEqual([begun, sent, state.isEnded], [['a'], ['re:a'], true]);
});

test('whoever wants to know that an answer has left is told when all of it has, and not if the connection ends before', async () => {
  const { served, state, answer } = serve();
  let sentCount = 0;
  const outcome = { buffers: [Buffer.from('x')], onSent: () => void sentCount++ };
  receive(served.receiver, Buffer.concat([frame('a'), frame('b'), frame('c')]));
  await answer('a', outcome);
  assert.equal(sentCount, 1);
  state.unsentBytes = 1;
  await answer('b', outcome);
  assert.equal(sentCount, 1);
  state.unsentBytes = 0;
  served.onDrain();
  assert.equal(sentCount, 2);
  state.unsentBytes = 1;
  await answer('c', outcome);
  served.onClose('reset');
  assert.equal(sentCount, 2);
});

test('paused for its own requests while the bytes in flight fill up, it goes on when there is room again', async () => {
  const { served, state, inFlight, answer } = serve({ inFlightSizeBytesMax: 10_000 });
  for (let i = 0; i < PIPELINED_REQUEST_COUNT_MAX; i++) receive(served.receiver, frame(`r${i}`));
  inFlight.addWhole(10_000);
  for (let i = 0; i < PIPELINED_REQUEST_COUNT_MAX; i++) await answer(`r${i}`);
  assert.equal(state.isPaused, true);
  inFlight.removeWhole(10_000);
  assert.equal(state.isPaused, false);
});

test('nothing that comes after a request that closes the connection begins', async () => {
  const { served, begun, sent, inFlight, answer } = serve({ isPipelined: () => true });
  receive(served.receiver, Buffer.concat([frame('a'), frame('bad')]));
  await answer('bad', 'close');
  receive(served.receiver, frame('b'));
  await answer('a');
  receive(served.receiver, frame('c'));
  assert.deepEqual([begun, sent, inFlight.sizeBytes], [['a', 'bad'], ['re:a'], 0]);
});

test('a connection that ends reads on for the end of its peer, also after what was left has drained', () => {
  const { served, state } = serve();
  state.unsentBytes = 1;
  served.finish();
  state.unsentBytes = 0;
  served.onDrain();
  assert.deepEqual([state.isEnded, state.isPaused], [true, false]);
});
