import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Exchanges, headersOf } from './exchange.ts';
import { serveExchange } from './serve-exchange.ts';

/** One request over HTTP/1.1. */
export function serveHttp1(incoming: IncomingMessage, outgoing: ServerResponse, exchanges: Exchanges): void {
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
  serveExchange(exchange, exchanges);
}
