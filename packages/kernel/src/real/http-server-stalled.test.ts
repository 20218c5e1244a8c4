import assert from 'node:assert/strict';
import { once } from 'node:events';
import http2 from 'node:http2';
import { describe, it } from 'node:test';
import type { HttpHandler } from '../http-server.ts';
import { closed, connectRaw, FLAG, FRAME, frame, POST_HEADERS } from './http/testing/http2-frames.ts';
import { cleanUps, connect, hello, listen } from './http/testing/listen-beside.ts';

/** More than sockets and windows hold. */
const LARGE_SIZE_BYTES = 32 * 1024 * 1024;

const large: HttpHandler = async () => ({ status: 200, headers: {}, body: Buffer.alloc(LARGE_SIZE_BYTES) });

describe('an HTTP server whose client does not go on', () => {
  it('tears off an answer that nobody reads over HTTP/1.1, and has room for another connection', async () => {
    const { port, honest } = await listen(large, { stalledTimeoutMs: 50, connectionsMax: 3 });
    const stalled = connect(port);
    stalled.pause();
    stalled.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n');
    for (let isServed = false; !isServed; ) {
      const next = connect(port);
      next.write('POST /honest HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
      next.on('data', () => {
        isServed = true;
      });
      await closed(next);
    }
    let sizeBytes = 0;
    stalled.on('data', (chunk) => {
      sizeBytes += chunk.length;
    });
    stalled.resume();
    await closed(stalled);
    assert(sizeBytes < LARGE_SIZE_BYTES, 'the answer was cut short');
    await honest();
  });

  for (const [name, body] of [
    ['a large answer', Buffer.alloc(LARGE_SIZE_BYTES)],
    ['a small answer', Buffer.from('small')],
  ] as const) {
    it(`resets an HTTP/2 stream whose window stays shut: ${name}`, async () => {
      const handler: HttpHandler = async () => ({ status: 200, headers: {}, body });
      const { port, honest } = await listen(handler, { stalledTimeoutMs: 50 });
      const session = http2.connect(`http://127.0.0.1:${port}`, { settings: { initialWindowSize: 0 } });
      session.on('error', () => {});
      cleanUps.push(() => session.destroy());
      const stream = session.request({ ':method': 'POST', ':path': '/' });
      stream.on('error', () => {});
      stream.end();
      await once(stream, 'close');
      assert.equal(stream.rstCode, http2.constants.NGHTTP2_CANCEL);
      await honest();
    });
  }

  it('tears off a stream of events that nobody reads, and ends its source', async () => {
    const ended = Promise.withResolvers<void>();
    const events: HttpHandler = async () => ({
      status: 200,
      headers: {},
      body: (async function* () {
        try {
          for (;;) yield Buffer.alloc(1024 * 1024);
        } finally {
          ended.resolve();
        }
      })(),
    });
    const { port, honest } = await listen(events, { stalledTimeoutMs: 50 });
    const socket = connect(port);
    socket.pause();
    socket.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n');
    await ended.promise;
    await honest();
  });

  it('closes a connection without requests over HTTP/1.1', async () => {
    const { port } = await listen(hello, { idleTimeoutMs: 50 });
    const socket = connect(port);
    socket.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n');
    assert.match(String((await once(socket, 'data'))[0]), /^HTTP\/1\.1 200/);
    socket.resume();
    await closed(socket);
  });

  it('closes a connection without requests over HTTP/2', async () => {
    const { session } = await listen(hello, { idleTimeoutMs: 50 });
    await once(session, 'close');
  });

  it('closes a connection that only pings over HTTP/2', async () => {
    const { port } = await listen(hello, { idleTimeoutMs: 50 });
    const session = http2.connect(`http://127.0.0.1:${port}`);
    session.on('error', () => {});
    await once(session, 'connect');
    const ping = () => void (session.destroyed || session.closed || session.ping(ping));
    ping();
    await once(session, 'close');
  });

  it('leaves a connection open on which an answer takes longer than it may be idle', async () => {
    const answer = Promise.withResolvers<void>();
    const slow: HttpHandler = async (request) => {
      await answer.promise;
      return hello(request);
    };
    const { port, session } = await listen(slow, { idleTimeoutMs: 50 });
    await once(session, 'close');
    const busy = http2.connect(`http://127.0.0.1:${port}`);
    cleanUps.push(() => busy.destroy());
    const stream = busy.request({ ':path': '/' });
    // Two idle connections, one after the other, are closed meanwhile.
    for (let count = 0; count < 2; count++) {
      const idle = http2.connect(`http://127.0.0.1:${port}`);
      await once(idle, 'close');
    }
    answer.resolve();
    assert.equal(String((await once(stream, 'data'))[0]), 'hello');
  });

  it('ends a half-open HTTP/2 stream for good, and has room for another', async () => {
    const { port, honest } = await listen(hello, { requestTimeoutMs: 50, streamsPerConnectionMax: 2 });
    const session = http2.connect(`http://127.0.0.1:${port}`);
    cleanUps.push(() => session.destroy());
    await once(session, 'remoteSettings');
    const open = [0, 1].map(() => session.request({ ':method': 'POST', ':path': '/' }, { endStream: false }));
    await Promise.all(
      open.map(async (stream) => {
        stream.on('error', () => {});
        const [fields] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders];
        assert.equal(fields[':status'], 408);
        stream.resume();
        await once(stream, 'close');
      }),
    );
    const next = session.request({ ':path': '/' });
    assert.equal(String((await once(next, 'data'))[0]), 'hello');
    await honest();
  });

  it('drops half of a connection when the other half has gone over HTTP/2', async () => {
    const aborted = Promise.withResolvers<void>();
    const began = Promise.withResolvers<void>();
    const { port, honest } = await listen(async ({ signal }) => {
      signal.addEventListener('abort', () => aborted.resolve());
      began.resolve();
      return new Promise(() => {});
    });
    const socket = await connectRaw(port);
    socket.write(frame(FRAME.HEADERS, FLAG.END_HEADERS | FLAG.END_STREAM, 1, POST_HEADERS));
    await began.promise;
    socket.end();
    socket.resume();
    await aborted.promise;
    await honest();
  });
});
