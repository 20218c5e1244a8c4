import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import { afterEach, describe, it } from 'node:test';
import tls from 'node:tls';
import type { HttpHandler, HttpLimits, HttpListener } from '../http-server.ts';
import { closed, connectRaw, FLAG, FRAME, flood, frame, POST_HEADERS } from './http/testing/http2-frames.ts';
import { realHttpServer } from './http-server.ts';

const LIMITS: HttpLimits = {
  connectionsMax: 50,
  streamsPerConnectionMax: 100,
  headersSizeBytesMax: 8 * 1024,
  headersCountMax: 20,
  bodySizeBytesMax: 1000,
  bodiesSizeBytesMax: 2000,
  greetingTimeoutMs: 20_000,
  headersTimeoutMs: 20_000,
  requestTimeoutMs: 20_000,
  idleTimeoutMs: 20_000,
  stalledTimeoutMs: 20_000,
};
/** More than sockets and windows hold. */
const LARGE_SIZE_BYTES = 32 * 1024 * 1024;

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const hello: HttpHandler = async () => ({ status: 200, headers: {}, body: Buffer.from('hello') });

/** Serves, to somebody honest over a connection of each version as well: who is asked again when the attack is over. */
async function listen(handler: HttpHandler = hello, limits: Partial<HttpLimits> = {}) {
  const serve: HttpHandler = (request) => (request.target === '/honest' ? hello(request) : handler(request));
  const listener: HttpListener = await realHttpServer.listen(
    '127.0.0.1',
    0,
    { limits: { ...LIMITS, ...limits } },
    serve,
  );
  cleanUps.push(() => listener.close());
  const { port } = listener;
  const session = http2.connect(`http://127.0.0.1:${port}`);
  session.on('error', () => {});
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  cleanUps.push(() => {
    session.destroy();
    agent.destroy();
  });
  const honest = async (): Promise<void> => {
    const stream = session.request({ ':method': 'POST', ':path': '/honest' });
    stream.end('x');
    const [fields] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders];
    stream.resume();
    assert.equal(fields[':status'], 200);
    const request = http.request({ host: '127.0.0.1', port, path: '/honest', method: 'POST', agent });
    request.end('x');
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    response.resume();
    await once(response, 'end');
    assert.equal(response.statusCode, 200);
  };
  await honest();
  return { port, honest, session };
}

function connect(port: number, options: Partial<net.TcpNetConnectOpts> = {}): net.Socket {
  const socket = net.connect({ port, host: '127.0.0.1', ...options });
  socket.on('error', () => {});
  cleanUps.push(() => socket.destroy());
  return socket;
}

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

describe('an HTTP server under a flood', () => {
  it('closes a connection that opens and resets streams without end', async () => {
    const { port, honest } = await listen(() => new Promise(() => {}));
    const socket = await connectRaw(port);
    const cancel = Buffer.of(0, 0, 0, 8);
    const openAndReset = (streamId: number): readonly Buffer[] => [
      frame(FRAME.HEADERS, FLAG.END_HEADERS | FLAG.END_STREAM, streamId, POST_HEADERS),
      frame(FRAME.RST_STREAM, 0, streamId, cancel),
    ];
    const flooding = flood(socket, (count) =>
      Buffer.concat(Array.from({ length: 100 }, (_, index) => openAndReset(2 * (100 * count + index) + 1)).flat()),
    );
    await honest();
    await flooding;
    await honest();
  });

  it('closes a connection over HTTP/1.1 that asks and asks, and waits for no answer', async () => {
    let count = 0;
    const { port, honest } = await listen(() => {
      count++;
      return new Promise(() => {});
    });
    const socket = connect(port);
    const many = 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n'.repeat(1000);
    const flooding = flood(socket, () => Buffer.from(many));
    await honest();
    await flooding;
    assert.equal(count, LIMITS.streamsPerConnectionMax);
    await honest();
  });

  it('closes a connection that sends settings, or pings, and never reads their acknowledgements', async () => {
    const { port, honest } = await listen();
    for (const [type, payload] of [
      [FRAME.SETTINGS, Buffer.of(0, 3, 0, 0, 0, 100)],
      [FRAME.PING, Buffer.alloc(8)],
    ] as const) {
      const socket = await connectRaw(port);
      socket.pause();
      const many = Buffer.concat(Array.from({ length: 1000 }, () => frame(type, 0, 0, payload)));
      const flooding = flood(socket, () => many);
      await honest();
      await flooding;
    }
    await honest();
  });

  it('closes a connection whose headers go on and on', async () => {
    const { port, honest } = await listen();
    const socket = await connectRaw(port);
    socket.write(frame(FRAME.HEADERS, 0, 1, POST_HEADERS));
    // A literal header that is not indexed, many times: "a: a".
    const fields = Buffer.concat(Array.from({ length: 200 }, () => Buffer.of(0, 1, 0x61, 1, 0x61)));
    const more = frame(FRAME.CONTINUATION, 0, 1, fields);
    const flooding = flood(socket, () => more);
    await honest();
    await flooding;
    await honest();
  });

  it('refuses trailers and chunk extensions that go on and on', async () => {
    const { port, honest } = await listen();
    for (const head of ['5;', '0\r\nx-a: ']) {
      const socket = connect(port);
      socket.write(`POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n${head}`);
      const flooding = flood(socket, () => Buffer.alloc(4096, 'a'));
      await honest();
      await flooding;
    }
    await honest();
  });

  it('refuses a chunked body as soon as it is too large', async () => {
    const { port, honest } = await listen();
    const socket = connect(port);
    socket.write('POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n');
    socket.write(`3e9\r\n${'a'.repeat(1001)}\r\n`);
    assert.match(String((await once(socket, 'data'))[0]), /^HTTP\/1\.1 413/);
    await honest();
  });

  it('refuses two lengths, a length with chunks, and two hosts, so that nothing can be smuggled past a proxy', async () => {
    const { port, honest } = await listen();
    for (const headers of [
      'host: a\r\ncontent-length: 1\r\ncontent-length: 2',
      'host: a\r\ncontent-length: 1\r\ntransfer-encoding: chunked',
      'content-length: 0',
    ]) {
      const socket = connect(port);
      socket.write(`POST / HTTP/1.1\r\n${headers}\r\n\r\n`);
      assert.match(String((await once(socket, 'data'))[0]), /^HTTP\/1\.1 400/, headers);
    }
    await honest();
  });

  it('takes no more connections than the limit, and serves those that it has', async () => {
    const { port, honest } = await listen(hello, { connectionsMax: 10 });
    const sockets = Array.from({ length: 50 }, () => connect(port));
    // Eight beside the honest client's two; the others are closed.
    await Promise.all(sockets.slice(8).map((socket) => closed(socket.resume())));
    await honest();
  });
});

describe('an HTTP server that hears what is not for it', () => {
  it('answers TLS with an error at once, where it speaks none', async () => {
    const { port, honest } = await listen();
    const socket = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    assert.match(String(error.code), /^ERR_SSL_/);
    await honest();
  });

  it('ends a connection of garbage', async () => {
    const { port, honest } = await listen();
    const pieces = [
      Buffer.alloc(64),
      Buffer.alloc(64, 0xff),
      Buffer.from('\r\n\r\n\0'),
      Buffer.from('PRI * HTTP/3.0\r\n\r\n'),
    ];
    // A Kafka client's ApiVersions, whose length comes first.
    pieces.push(Buffer.from('00000016001200040000000100066b63617401046b63617401', 'hex'));
    for (const piece of pieces) {
      const socket = connect(port);
      socket.write(piece);
      socket.end();
      socket.resume();
      await closed(socket);
    }
    await honest();
  });
});
