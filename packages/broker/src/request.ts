/** Who is at the other end of a connection. */
export interface Peer {
  readonly connectionId: string;
  readonly listenerName: string;
  readonly address: string;
  readonly port: number;
}

/** What a handler is told of a request besides its body. */
export interface RequestInfo {
  readonly apiVersion: number;
  readonly clientId: string | null;
  readonly peer: Peer;
}
