import type { Readable, Writable } from 'node:stream';
import type { HttpHandler, HttpHeaders, HttpLimits, HttpRequest } from '../../http-server.ts';

/** One request and its answer, of either version of HTTP. */
export interface Exchange {
  readonly version: HttpRequest['version'];
  readonly method: string;
  readonly target: string;
  readonly headers: HttpHeaders;
  readonly headersCount: number;
  readonly incoming: Readable;
  readonly outgoing: Writable;
  /** The answer's head; it leaves at once where a stream follows. */
  begin(status: number, headers: Readonly<Record<string, string>>, streams: boolean): void;
  /** Whoever still sends a body must not reach the next request of this connection. */
  closeAfterwards(): void;
  /** It is answered, and nothing more of its body will be read. */
  giveUp(): void;
  /** Tears the exchange off. */
  reset(): void;
}

/** What all exchanges of a listener share. */
export interface Exchanges {
  readonly limits: HttpLimits;
  readonly handler: HttpHandler;
  /** Of bodies that have arrived, until they are answered. */
  bodiesSizeBytes: number;
  /** Each aborts one exchange; bounded by connections and their streams. */
  readonly underWay: Set<() => void>;
  onIdle: (() => void) | undefined;
}

/** Names come lower-case from HTTP/2 and as sent from HTTP/1.1. */
export function headersOf(rawHeaders: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = Object.create(null);
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    const value = rawHeaders[index + 1] ?? '';
    const before = headers[name];
    headers[name] = before === undefined ? value : `${before},${value}`;
  }
  return headers;
}
