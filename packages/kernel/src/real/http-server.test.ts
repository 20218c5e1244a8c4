import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import { afterEach, describe, it } from 'node:test';
import type { HttpHandler, HttpLimits, HttpListener, HttpRequest } from '../http-server.ts';
import { realHttpServer } from './http-server.ts';

const LIMITS: HttpLimits = {
  connectionsMax: 20,
  streamsPerConnectionMax: 10,
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

const listeners: HttpListener[] = [];
afterEach(async () => {
  for (const listener of listeners.splice(0)) await listener.close();
});

const echo: HttpHandler = async ({ version, method, target, headers, body }) => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(
    JSON.stringify({ version, method, target, host: headers.host, twice: headers['x-twice'], size: body.length }),
  ),
});

async function listen(handler: HttpHandler, limits: Partial<HttpLimits> = {}): Promise<number> {
  const listener = await realHttpServer.listen('127.0.0.1', 0, { limits: { ...LIMITS, ...limits } }, handler);
  listeners.push(listener);
  return listener.port;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function overHttp1(port: number, body: Buffer | string, headers: http.OutgoingHttpHeaders = {}): Promise<Answer> {
  const request = http.request({ host: '127.0.0.1', port, method: 'POST', path: '/a?b', headers, agent: false });
  // A refusal may come while the body is still being sent.
  request.on('error', () => {});
  request.end(body);
  const [response]: http.IncomingMessage[] = (await once(request, 'response')) as http.IncomingMessage[];
  assert.ok(response !== undefined);
  let text = '';
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode ?? 0, text };
}

async function overHttp2(
  port: number,
  body: Buffer | string,
  headers: http2.OutgoingHttpHeaders = {},
): Promise<Answer> {
  const session = http2.connect(`http://127.0.0.1:${port}`);
  session.on('error', () => {});
  const stream = session.request({ ':method': 'POST', ':path': '/a?b', ...headers });
  stream.on('error', () => {});
  stream.end(body);
  const [fields] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders];
  let text = '';
  for await (const chunk of stream) text += chunk;
  session.destroy();
  return { status: Number(fields[':status']), text };
}

/** Everything that the server says to these bytes, until it closes. */
async function raw(port: number, text: string): Promise<string> {
  const socket = net.connect(port, '127.0.0.1');
  socket.write(text);
  let answer = '';
  for await (const chunk of socket) answer += chunk;
  return answer;
}

describe('an HTTP server on one port', () => {
  it('serves HTTP/1.1', async () => {
    const { status, text } = await overHttp1(await listen(echo), 'hello', { 'x-twice': ['a', 'b'] });
    assert.equal(status, 200);
    const { host, ...rest } = JSON.parse(text);
    assert.match(host, /^127\.0\.0\.1:\d+$/);
    assert.deepEqual(rest, { version: '1.1', method: 'POST', target: '/a?b', twice: 'a,b', size: 5 });
  });

  it('serves HTTP/2 with prior knowledge on the same port', async () => {
    const port = await listen(echo);
    await overHttp1(port, 'hello');
    const { status, text } = await overHttp2(port, 'hello', { 'x-twice': ['a', 'b'] });
    assert.equal(status, 200);
    assert.deepEqual(JSON.parse(text), {
      version: '2',
      method: 'POST',
      target: '/a?b',
      host: `127.0.0.1:${port}`,
      twice: 'a,b',
      size: 5,
    });
  });

  it('knows HTTP/2 also when its preface comes byte by byte', async () => {
    const port = await listen(echo);
    const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
    const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', 'latin1');
    for (const byte of preface) await new Promise((resolve) => socket.write(Buffer.of(byte), resolve));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    // A SETTINGS frame comes first.
    assert.equal(answer[3], 4);
    socket.destroy();
  });

  for (const [name, send] of [
    ['HTTP/1.1', overHttp1],
    ['HTTP/2', overHttp2],
  ] as const) {
    it(`takes a body up to the limit and refuses one past it over ${name}`, async () => {
      const port = await listen(echo);
      assert.equal((await send(port, Buffer.alloc(1000))).status, 200);
      assert.equal((await send(port, Buffer.alloc(1001))).status, 413);
    });

    it(`refuses bodies when others take all the room over ${name}, and takes them again afterwards`, async () => {
      const holding = Promise.withResolvers<void>();
      const held: HttpRequest[] = [];
      const twoHeld = Promise.withResolvers<void>();
      const port = await listen(async (request) => {
        if (held.push(request) === 2) twoHeld.resolve();
        if (held.length <= 2) await holding.promise;
        return echo(request);
      });
      const first = [send(port, Buffer.alloc(1000)), send(port, Buffer.alloc(1000))];
      await twoHeld.promise;
      assert.equal((await send(port, 'x')).status, 503);
      holding.resolve();
      for (const answer of first) assert.equal((await answer).status, 200);
      assert.equal((await send(port, 'x')).status, 200);
    });

    it(`answers that a body takes too long over ${name}`, async () => {
      const port = await listen(echo, { requestTimeoutMs: 50 });
      if (name === 'HTTP/1.1') {
        assert.match(await raw(port, 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nab'), /^HTTP\/1\.1 408/);
        return;
      }
      const session = http2.connect(`http://127.0.0.1:${port}`);
      const stream = session.request({ ':method': 'POST', ':path': '/' });
      stream.write('ab');
      const [fields] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders];
      assert.equal(fields[':status'], 408);
      session.destroy();
    });

    it(`refuses too many headers over ${name}`, async () => {
      const port = await listen(echo);
      const headers = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`x-${index}`, 'a']));
      if (name === 'HTTP/1.1') assert.equal((await send(port, '', headers)).status, 431);
      else await assert.rejects(send(port, '', headers));
    });

    it(`tells the handler that its client has gone over ${name}`, async () => {
      const aborted = Promise.withResolvers<void>();
      const began = Promise.withResolvers<void>();
      const port = await listen(async ({ signal }) => {
        signal.addEventListener('abort', () => aborted.resolve());
        began.resolve();
        await aborted.promise;
        return { status: 200, headers: {}, body: Buffer.alloc(0) };
      });
      if (name === 'HTTP/1.1') {
        const socket = net.connect(port, '127.0.0.1');
        socket.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n');
        await began.promise;
        socket.destroy();
      } else {
        const session = http2.connect(`http://127.0.0.1:${port}`);
        const stream = session.request({ ':method': 'POST', ':path': '/' });
        stream.on('error', () => {});
        stream.end();
        await began.promise;
        stream.close(http2.constants.NGHTTP2_CANCEL);
        await aborted.promise;
        session.destroy();
      }
      await aborted.promise;
    });

    it(`sends a stream piece by piece over ${name}, as it comes`, async () => {
      const next = Promise.withResolvers<void>();
      const port = await listen(async () => ({
        status: 200,
        headers: {},
        body: (async function* () {
          yield Buffer.from('one');
          await next.promise;
          yield Buffer.from('two');
        })(),
      }));
      if (name === 'HTTP/1.1') {
        const request = http.request({ host: '127.0.0.1', port, agent: false }).end();
        const [response] = (await once(request, 'response')) as [http.IncomingMessage];
        assert.equal(String((await once(response, 'data'))[0]), 'one');
        next.resolve();
        assert.equal(String((await once(response, 'data'))[0]), 'two');
      } else {
        const session = http2.connect(`http://127.0.0.1:${port}`);
        const stream = session.request({ ':path': '/' });
        assert.equal(String((await once(stream, 'data'))[0]), 'one');
        next.resolve();
        assert.equal(String((await once(stream, 'data'))[0]), 'two');
        session.destroy();
      }
    });

    it(`ends a stream's source when its client goes over ${name}`, async () => {
      const ended = Promise.withResolvers<void>();
      const port = await listen(async ({ signal }) => ({
        status: 200,
        headers: {},
        body: (async function* () {
          try {
            yield Buffer.from('one');
            if (!signal.aborted) await once(signal, 'abort');
            yield Buffer.from('never');
          } finally {
            ended.resolve();
          }
        })(),
      }));
      if (name === 'HTTP/1.1') {
        const request = http.request({ host: '127.0.0.1', port, agent: false }).end();
        const [response] = (await once(request, 'response')) as [http.IncomingMessage];
        response.on('error', () => {});
        await once(response, 'data');
        request.destroy();
      } else {
        const session = http2.connect(`http://127.0.0.1:${port}`);
        const stream = session.request({ ':path': '/' });
        await once(stream, 'data');
        session.destroy();
      }
      await ended.promise;
    });
  }

  it('closes a connection that says nothing, or only half of a preface', async () => {
    const port = await listen(echo, { greetingTimeoutMs: 20 });
    assert.equal(await raw(port, ''), '');
    assert.equal(await raw(port, 'PR'), '');
  });

  it('answers a head that does not end, and one that is too large', async () => {
    const port = await listen(echo, { headersTimeoutMs: 50 });
    assert.match(await raw(port, 'POST / HTTP/1.1\r\nhost: a\r\nx-'), /^HTTP\/1\.1 408/);
    assert.match(await raw(port, `POST / HTTP/1.1\r\nx-a: ${'a'.repeat(9000)}\r\n\r\n`), /^HTTP\/1\.1 431/);
  });

  it('answers what is no HTTP', async () => {
    assert.match(await raw(await listen(echo), '\x16\x03\x01\0\0\r\n\r\n'), /^HTTP\/1\.1 400/);
  });

  it('closes connections past the limit at once', async () => {
    const port = await listen(echo, { connectionsMax: 2 });
    const open = [net.connect(port, '127.0.0.1'), net.connect(port, '127.0.0.1')];
    for (const socket of open) await once(socket, 'connect');
    assert.equal(await raw(port, 'GET / HTTP/1.1\r\n\r\n').catch(() => ''), '');
  });

  it('serves no more streams of a connection than the limit', async () => {
    const port = await listen(() => new Promise(() => {}), { streamsPerConnectionMax: 2 });
    const session = http2.connect(`http://127.0.0.1:${port}`);
    const [settings] = (await once(session, 'remoteSettings')) as [http2.Settings];
    assert.equal(settings.maxConcurrentStreams, 2);
    session.destroy();
  });

  it('says that its port is in use', async () => {
    const port = await listen(echo);
    await assert.rejects(realHttpServer.listen('127.0.0.1', port, { limits: LIMITS }, echo), { tag: 'port-in-use' });
  });
});
