/** What one connection, and all of them together, may hold. Kafka's settings where it has one, else named here. */
export interface ConnectionLimits {
  /** `socket.request.max.bytes` */
  readonly frameSizeBytesMax: number;
  /** `socket.listen.backlog.size`, if it is set */
  readonly backlogSize?: number | undefined;
  /** `max.connections` */
  readonly connectionCountMax: number;
  /** `max.connections.per.ip` */
  connectionCountPerIpMax(address: string): number;
  /** `connections.max.idle.ms` */
  readonly idleMs: number;
  /** `queued.max.request.bytes`: bytes received and not yet answered, of all connections; past it nobody is read from. */
  readonly inFlightSizeBytesMax: number;
  /** `sluice.connection.unsent.max.bytes`: past it none of the connection's further requests begins until the peer has read. */
  readonly unsentSizeBytesMax: number;
}

/** `queued.max.request.bytes` has no limit in Kafka unless it is set; ours always has one. */
export const IN_FLIGHT_SIZE_BYTES_DEFAULT = 96 * 1024 * 1024;

/** Requests of one connection that have begun or wait to; past it the connection is not read from. */
export const PIPELINED_REQUEST_COUNT_MAX = 128;

/**
 * How long a frame may take from its first byte to its last: this, plus a second for each `FRAME_RATE_BYTES_MIN`
 * received. One byte per second keeps no idle timeout from firing late, so the frame has a deadline of its own.
 */
export const FRAME_MS_MAX = 30_000;
export const FRAME_RATE_BYTES_MIN = 16 * 1024;

/** How often idle and stuck connections are looked for. */
export const SWEEP_INTERVAL_MS = 1_000;
