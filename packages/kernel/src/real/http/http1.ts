import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Exchanges, headersOf } from './exchange.ts';
import { serveExchange } from './serve-exchange.ts';

/** Requests of each connection that are not answered yet. */
const underWay = new WeakMap<Socket, number>();

/** One request over HTTP/1.1; Node begins those that were pipelined behind it at the same time (RFC 9112, 9.3.2). */
export function serveHttp1(incoming: IncomingMessage, outgoing: ServerResponse, exchanges: Exchanges): void {
  const { socket } = incoming;
  // Closed for the one before, which came in the same read.
  if (socket.destroyed) return;
  const count = (underWay.get(socket) ?? 0) + 1;
  if (count > exchanges.limits.streamsPerConnectionMax) return void socket.destroy();
  underWay.set(socket, count);
  void serve(incoming, outgoing, exchanges).then(() => underWay.set(socket, (underWay.get(socket) ?? 1) - 1));
}

function serve(incoming: IncomingMessage, outgoing: ServerResponse, exchanges: Exchanges): Promise<void> {
  const { method = '', url = '', rawHeaders } = incoming;
  const exchange = {
    version: '1.1' as const,
    method,
    target: url,
    headers: headersOf(rawHeaders),
    headersCount: rawHeaders.length / 2,
    incoming,
    outgoing,
    begin(status: number, headers: Readonly<Record<string, string>>, streams: boolean) {
      outgoing.writeHead(status, headers);
      if (streams) outgoing.flushHeaders();
    },
    closeAfterwards: () => void outgoing.setHeader('connection', 'close'),
    // The connection closes by itself, as its answer said.
    giveUp() {},
    reset: () => void incoming.socket.destroy(),
  };
  return serveExchange(exchange, exchanges);
}
