/** Why a connection ended. */
export type CloseReason = 'peer' | 'local' | 'reset' | 'error';

/** One accepted or dialled byte stream. Callbacks run one at a time, never inside a call that this side makes. */
export interface Connection {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  /** Bytes handed to `write` that the operating system has not taken yet. */
  readonly unsentBytes: number;
  /** The buffers leave in order, in one writev where possible; the caller must not change them afterwards. */
  write(buffers: readonly Uint8Array[]): void;
  /** Stops and restarts `onData`: back-pressure towards the peer. */
  pause(): void;
  resume(): void;
  /** Flushes what was written, then closes. */
  end(): void;
  /** Closes at once; what was not sent is lost. */
  destroy(): void;
}

/**
 * A receiver that says where the next bytes go, so that they arrive where they stay: nothing is copied, nothing is
 * allocated per read. Buffers may be shared between connections: `received` follows the read at once and must take what
 * it needs.
 */
export interface Receiver {
  /** At least one byte of room. */
  buffer(): Buffer;
  /** The first `count` bytes of the buffer that `buffer` gave last have come. */
  received(count: number): void;
}

export interface ConnectionHandler {
  /** If it is there, bytes go to it and never to `onData`. Looked at once, when the connection starts. */
  readonly receiver?: Receiver;
  /** The chunk belongs to the receiver. */
  onData(chunk: Buffer): void;
  /** Called when everything handed to `write` has left, after `unsentBytes` was above 0. */
  onDrain(): void;
  /** Exactly once, last. */
  onClose(reason: CloseReason): void;
}

export interface Listener {
  readonly host: string;
  readonly port: number;
  /** Stops accepting; live connections stay until they are closed one by one. */
  close(): Promise<void>;
}

export type ListenErrorTag = 'port-in-use' | 'denied' | 'no-such-address' | 'other';

export class ListenError extends Error {
  override readonly name = 'ListenError';
  readonly tag: ListenErrorTag;
  constructor(tag: ListenErrorTag, message: string, options?: ErrorOptions) {
    super(message, options);
    this.tag = tag;
  }
}

export type ConnectErrorTag = 'refused' | 'unreachable' | 'no-such-address' | 'other';

export class ConnectError extends Error {
  override readonly name = 'ConnectError';
  readonly tag: ConnectErrorTag;
  constructor(tag: ConnectErrorTag, message: string, options?: ErrorOptions) {
    super(message, options);
    this.tag = tag;
  }
}

export interface ListenOptions {
  /**
   * How many connections may wait to be accepted, at each socket of the port, as far as the system lets them
   * (`net.core.somaxconn`). Node's 511 unless it is given.
   */
  readonly backlogSize?: number | undefined;
}

/** Byte streams as a port. */
export interface Network {
  /** Port 0 picks a free one. Fails with `ListenError`. */
  listen(
    host: string,
    port: number,
    accept: (connection: Connection) => ConnectionHandler,
    options?: ListenOptions,
  ): Promise<Listener>;
  /** Fails with `ConnectError`; then the handler is never called. */
  connect(host: string, port: number, handler: ConnectionHandler): Promise<Connection>;
}
