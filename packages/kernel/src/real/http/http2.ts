import { constants, type IncomingHttpHeaders, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import { type Exchanges, headersOf } from './exchange.ts';
import { serveExchange } from './serve-exchange.ts';

/** What a client may send before it must wait for us: the default of 64 KiB would make large bodies slow. */
const WINDOW_SIZE_BYTES = 1024 * 1024;

/** One request over HTTP/2. */
export function serveHttp2(
  stream: ServerHttp2Stream,
  { ':method': method = '', ':path': path = '', ':authority': authority }: IncomingHttpHeaders,
  rawHeaders: readonly string[],
  exchanges: Exchanges,
): void {
  const headers = headersOf(rawHeaders);
  if (authority !== undefined) headers.host ??= authority;
  const exchange = {
    version: '2' as const,
    method,
    target: path,
    headers,
    headersCount: rawHeaders.length / 2,
    incoming: stream,
    outgoing: stream,
    begin(status: number, fields: Readonly<Record<string, string>>) {
      if (!stream.headersSent) stream.respond({ ':status': status, ...fields });
    },
    closeAfterwards() {},
    // RFC 9113, 8.1: the answer holds, and the stream takes no room any more.
    giveUp: () => void stream.close(constants.NGHTTP2_NO_ERROR),
    reset: () => void stream.close(constants.NGHTTP2_CANCEL),
  };
  serveExchange(exchange, exchanges);
}

/** A new connection: its windows, and its end when it has been idle for long. */
export function startSession(session: ServerHttp2Session, idleTimeoutMs: number): void {
  session.on('error', () => {});
  session.setLocalWindowSize(WINDOW_SIZE_BYTES);
  let streamCount = 0;
  session.on('stream', (stream) => {
    streamCount += 1;
    stream.once('close', () => {
      streamCount -= 1;
    });
  });
  session.setTimeout(idleTimeoutMs, () => {
    if (streamCount === 0) session.close();
  });
}
