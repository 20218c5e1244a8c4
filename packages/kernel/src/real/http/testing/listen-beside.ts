import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import { afterEach } from 'node:test';
import type { HttpHandler, HttpLimits, HttpListener } from '../../../http-server.ts';
import { realHttpServer } from '../../http-server.ts';

export const LIMITS: HttpLimits = {
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
/** What a test leaves open is closed after it, the last first. */
export const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

export const hello: HttpHandler = async () => ({ status: 200, headers: {}, body: Buffer.from('hello') });

/** Serves, to somebody honest over a connection of each version as well: who is asked again when the attack is over. */
export async function listen(handler: HttpHandler = hello, limits: Partial<HttpLimits> = {}) {
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

export function connect(port: number, options: Partial<net.TcpNetConnectOpts> = {}): net.Socket {
  const socket = net.connect({ port, host: '127.0.0.1', ...options });
  socket.on('error', () => {});
  cleanUps.push(() => socket.destroy());
  return socket;
}
