import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import net from 'node:net';
import { after, before, describe, it } from 'node:test';
import type { HttpListener } from '../http-server.ts';
import { TEST_TLS } from './http/testing/certificate.ts';
import { realHttpServer } from './http-server.ts';

const LIMITS = {
  connectionsMax: 20,
  streamsPerConnectionMax: 10,
  headersSizeBytesMax: 8 * 1024,
  headersCountMax: 20,
  bodySizeBytesMax: 1000,
  bodiesSizeBytesMax: 2000,
  greetingTimeoutMs: 200,
  headersTimeoutMs: 20_000,
  requestTimeoutMs: 20_000,
  idleTimeoutMs: 20_000,
  stalledTimeoutMs: 20_000,
};

describe('an HTTP server with TLS', () => {
  let listener: HttpListener;
  before(async () => {
    listener = await realHttpServer.listen('127.0.0.1', 0, { limits: LIMITS, tls: TEST_TLS }, async (request) => ({
      status: 200,
      headers: {},
      body: Buffer.from(`${request.version} ${request.body.length}`),
    }));
  });
  after(() => listener.close());

  it('serves HTTP/1.1', async () => {
    const options = { host: '127.0.0.1', port: listener.port, ca: TEST_TLS.certificate, method: 'POST', agent: false };
    const request = https.request(options);
    request.end('hello');
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of response) text += chunk;
    assert.equal(text, '1.1 5');
  });

  it('serves HTTP/2, as ALPN agreed', async () => {
    const session = http2.connect(`https://127.0.0.1:${listener.port}`, { ca: TEST_TLS.certificate });
    const stream = session.request({ ':method': 'POST', ':path': '/' });
    stream.end('hello');
    let text = '';
    for await (const chunk of stream) text += chunk;
    assert.equal(text, '2 5');
    session.destroy();
  });

  it('closes a connection that speaks no TLS, and one that says nothing', async () => {
    for (const said of ['POST / HTTP/1.1\r\n\r\n', '']) {
      const socket = net.connect(listener.port, '127.0.0.1');
      socket.on('error', () => {});
      if (said !== '') socket.write(said);
      socket.resume();
      await once(socket, 'close');
    }
  });
});
