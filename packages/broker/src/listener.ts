import type { Clock } from '@sluice/kernel/clock';
import type { Logger } from '@sluice/kernel/logger';
import type { Metrics } from '@sluice/kernel/metrics';
import type { Connection, Network } from '@sluice/kernel/network';
import { createFrameBuffers } from './connection/frame-buffers.ts';
import { SCRATCH_SIZE_BYTES } from './connection/frame-reader.ts';
import { createInFlight } from './connection/in-flight.ts';
import { type ConnectionLimits, SWEEP_INTERVAL_MS } from './connection/limits.ts';
import { type ServedConnection, serveConnection } from './connection/serve-connection.ts';
import type { Dispatch } from './dispatch.ts';
import { listenOnLoopback } from './listen-on-loopback.ts';

export interface KafkaListener {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** Takes no new connections, answers what has begun, closes the rest; forcefully after `graceMs`. */
  close(graceMs: number): Promise<void>;
}

export interface ListenerOptions {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly network: Network;
  readonly dispatch: Dispatch;
  readonly limits: ConnectionLimits;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Told when a connection is gone; what its requests began may go on. */
  onDisconnect?(connectionId: string): void;
}

/** Accepts connections within the limits and serves each one. */
export async function openListener(options: ListenerOptions): Promise<KafkaListener> {
  const { name, network, dispatch, limits, clock, logger, metrics } = options;
  const inFlight = createInFlight(limits.inFlightSizeBytesMax);
  const served = new Set<ServedConnection>();
  const countByIp = new Map<string, number>();
  const accepted = metrics.counter('sluice_connections_accepted_total', { listener: name });
  const refused = metrics.counter('sluice_connections_refused_total', { listener: name });
  const open = metrics.gauge('sluice_connections', { listener: name });
  const scratch = Buffer.allocUnsafeSlow(SCRATCH_SIZE_BYTES);
  const buffers = createFrameBuffers();
  let connectionNumber = 0;
  let whenEmpty: (() => void) | undefined;

  /** Why one more connection from `address` is too much, or `undefined`. */
  function tooMany(address: string): string | undefined {
    if (served.size >= limits.connectionCountMax) return 'max.connections';
    if ((countByIp.get(address) ?? 0) >= limits.connectionCountPerIpMax(address)) return 'max.connections.per.ip';
    return undefined;
  }

  function countIp(address: string, change: 1 | -1): void {
    const count = (countByIp.get(address) ?? 0) + change;
    if (count === 0) countByIp.delete(address);
    else countByIp.set(address, count);
  }

  const accept = (connection: Connection) => {
    const address = connection.remoteAddress;
    const limit = tooMany(address);
    if (limit !== undefined) {
      refused.add();
      logger.warn('connection refused', { limit, client: address });
      connection.destroy();
      return { onData() {}, onDrain() {}, onClose() {} };
    }
    accepted.add();
    countIp(address, 1);
    const peer = {
      connectionId: `${name}-${++connectionNumber}`,
      listenerName: name,
      address,
      port: connection.remotePort,
    };
    const serving: ServedConnection = serveConnection({
      connection,
      peer,
      dispatch,
      limits,
      inFlight,
      scratch,
      buffers,
      clock,
      logger: logger.with({ client: address, connection: peer.connectionId }),
      onClosed() {
        served.delete(serving);
        countIp(address, -1);
        open.set(served.size);
        options.onDisconnect?.(peer.connectionId);
        if (served.size === 0) whenEmpty?.();
      },
    });
    served.add(serving);
    open.set(served.size);
    return serving;
  };
  const { backlogSize } = limits;
  const listener = await listenOnLoopback(network, options.host, options.port, accept, { backlogSize });

  let sweepTimer = clock.setTimer(SWEEP_INTERVAL_MS, sweep);
  function sweep(): void {
    for (const serving of served) serving.sweep();
    sweepTimer = clock.setTimer(SWEEP_INTERVAL_MS, sweep);
  }

  return {
    name,
    host: listener.host,
    port: listener.port,
    async close(graceMs) {
      sweepTimer.cancel();
      const closed = listener.close();
      const emptied = new Promise<void>((resolve) => {
        whenEmpty = resolve;
      });
      for (const serving of [...served]) serving.finish();
      if (served.size > 0) {
        const force = clock.setTimer(graceMs, () => {
          for (const serving of [...served]) serving.destroy();
        });
        await emptied;
        force.cancel();
      }
      await closed;
    },
  };
}
