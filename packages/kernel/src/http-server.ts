/** By lower-case names; a header that came several times is joined by commas, in order. */
export type HttpHeaders = Readonly<Record<string, string | undefined>>;

/** A request whose body has arrived whole, within the limits. */
export interface HttpRequest {
  readonly method: string;
  /** Path and query as they were sent. */
  readonly target: string;
  /** Over HTTP/2 with its pseudo-headers, and `host` is the authority. */
  readonly headers: HttpHeaders;
  readonly body: Buffer;
  readonly version: '1.1' | '2';
  /** Aborted when the client is gone before its answer was; made when somebody first asks. */
  readonly signal: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /**
   * A stream is sent piece by piece as the client reads. Its `return()` is called when the client goes; if it throws, the
   * connection or HTTP/2 stream is torn off.
   */
  readonly body: Buffer | AsyncIterable<Uint8Array>;
}

/** Never rejects: whatever fails is an answer too. */
export type HttpHandler = (request: HttpRequest) => Promise<HttpResponse>;

/** Every limit that a client can meet, with what it meets there. */
export interface HttpLimits {
  /** Further connections are closed at once. */
  readonly connectionsMax: number;
  /** Of one HTTP/2 connection, at a time; further ones are refused (RFC 9113, 5.1.2). HTTP/1.1 that pipelines more is closed. */
  readonly streamsPerConnectionMax: number;
  /** 431, or a reset stream. */
  readonly headersSizeBytesMax: number;
  readonly headersCountMax: number;
  /** Of one request: 413. */
  readonly bodySizeBytesMax: number;
  /** Of all requests whose bodies are arriving or which are being answered: 503. */
  readonly bodiesSizeBytesMax: number;
  /** From the first byte of a connection to where its protocol is known, TLS included. */
  readonly greetingTimeoutMs: number;
  /** From the request's first byte to the last one of its head. */
  readonly headersTimeoutMs: number;
  /** From the request's first byte to its last: 408. */
  readonly requestTimeoutMs: number;
  /** Without a request; then the connection is closed. */
  readonly idleTimeoutMs: number;
  /** How long a client may leave an answer unread. */
  readonly stalledTimeoutMs: number;
}

export interface HttpServerOptions {
  readonly limits: HttpLimits;
  /** PEM texts; without them connections are not encrypted. */
  readonly tls?: { readonly key: string; readonly certificate: string };
}

export interface HttpListener {
  readonly host: string;
  readonly port: number;
  /** Stops accepting, aborts the signals of what is under way, and ends every connection. */
  close(): Promise<void>;
}

/** HTTP/1.1 and HTTP/2 on one port, as a port of the machine. */
export interface HttpServer {
  /** Port 0 picks a free one. Fails with `ListenError`. */
  listen(host: string, port: number, options: HttpServerOptions, handler: HttpHandler): Promise<HttpListener>;
}
