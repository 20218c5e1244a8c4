import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import type { Server, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { HttpLimits, HttpListener, HttpServer, HttpServerOptions } from '../http-server.ts';
import type { Exchanges } from './http/exchange.ts';
import { greet } from './http/greet.ts';
import { serveHttp1 } from './http/http1.ts';
import { serveHttp2, startSession } from './http/http2.ts';
import { listenError } from './listen-error.ts';

/** How often deadlines of HTTP/1.1 connections are looked at. */
const DEADLINES_INTERVAL_MS = 1000;
/** What is under way when the listener closes has this long to say its last word. */
const CLOSE_GRACE_MS = 500;
const SETTINGS_MAX = 32;

/** HTTP by `node:http` and `node:http2`. */
export const realHttpServer: HttpServer = {
  listen(host, port, options, handler) {
    const exchanges: Exchanges = {
      limits: options.limits,
      handler,
      bodiesSizeBytes: 0,
      underWay: new Set(),
      onIdle: undefined,
    };
    const sockets = new Set<Socket>();
    const server = createServer(options, exchanges, sockets);
    const { promise, resolve, reject } = Promise.withResolvers<HttpListener>();
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error)));
    server.listen({ host, port }, () => {
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('a TCP server has a host and a port');
      server.removeAllListeners('error');
      server.on('error', () => {});
      const close = (): Promise<void> => closeServer(server, exchanges, sockets);
      resolve({ host: address.address, port: address.port, close });
    });
    return promise;
  },
};

/** The HTTP/1.1 server listens; connections that speak HTTP/2 are handed to the other one. */
function createServer({ limits, tls }: HttpServerOptions, exchanges: Exchanges, sockets: Set<Socket>): Server {
  const http2Server = createHttp2(limits, exchanges);
  const options = http1Options(limits);
  const http1Server =
    tls === undefined
      ? http.createServer(options)
      : https.createServer({
          ...options,
          key: tls.key,
          cert: tls.certificate,
          ALPNProtocols: ['h2', 'http/1.1'],
          handshakeTimeout: limits.greetingTimeoutMs,
        });
  http1Server.keepAliveTimeout = limits.idleTimeoutMs;
  // Node leaves out what is beyond; one more shows that there was more.
  http1Server.maxHeadersCount = limits.headersCountMax + 1;
  http1Server.maxConnections = limits.connectionsMax;
  http1Server.on('request', (incoming, outgoing) => serveHttp1(incoming, outgoing, exchanges));
  http1Server.on('connection', (socket: Socket) => {
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  divert(http1Server, tls === undefined ? 'connection' : 'secureConnection', (socket, serve) => {
    // ALPN has said it already.
    const { alpnProtocol } = socket as Partial<TLSSocket>;
    if (alpnProtocol === 'h2') serveSession(http2Server, socket);
    else
      greet(socket, limits.greetingTimeoutMs, (version) => {
        if (version === '2') serveSession(http2Server, socket);
        else serve(socket);
      });
  });
  return http1Server;
}

/** Unlike HTTP/1.1, a session ends when its peer does: nobody else would close the socket. */
function serveSession(server: http2.Http2Server, socket: Socket): void {
  socket.allowHalfOpen = false;
  server.emit('connection', socket);
}

/** Puts `decide` before the server's own listener, which it may call. */
function divert(
  server: http.Server,
  event: 'connection' | 'secureConnection',
  decide: (socket: Socket, serve: (socket: Socket) => void) => void,
): void {
  // The first listener is Node's: it comes with the server.
  const [own] = server.listeners(event);
  if (own === undefined) throw new Error(`an HTTP server listens to "${event}"`);
  server.off(event, own as (...parameters: unknown[]) => void);
  server.on(event, (socket: Socket) => decide(socket, (chosen) => own.call(server, chosen)));
}

function http1Options(limits: HttpLimits): http.ServerOptions {
  return {
    maxHeaderSize: limits.headersSizeBytesMax,
    headersTimeout: Math.min(limits.headersTimeoutMs, limits.requestTimeoutMs),
    requestTimeout: limits.requestTimeoutMs,
    connectionsCheckingInterval: DEADLINES_INTERVAL_MS,
  };
}

function createHttp2(limits: HttpLimits, exchanges: Exchanges): http2.Http2Server {
  const server = http2.createServer({
    settings: {
      maxConcurrentStreams: limits.streamsPerConnectionMax,
      maxHeaderListSize: limits.headersSizeBytesMax,
      initialWindowSize: 1024 * 1024,
      enablePush: false,
    },
    maxHeaderListPairs: limits.headersCountMax + 5,
    maxSettings: SETTINGS_MAX,
  });
  server.on('session', (session) => startSession(session, limits.idleTimeoutMs));
  server.on('stream', (stream, headers, _flags, rawHeaders: string[]) => {
    serveHttp2(stream, headers, rawHeaders, exchanges);
  });
  server.on('sessionError', () => {});
  return server;
}

async function closeServer(server: Server, exchanges: Exchanges, sockets: Set<Socket>): Promise<void> {
  server.close();
  for (const abort of exchanges.underWay) abort();
  if (exchanges.underWay.size > 0) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, CLOSE_GRACE_MS);
    exchanges.onIdle = resolve;
    await promise;
    clearTimeout(timer);
  }
  for (const socket of sockets) socket.destroy();
}
