import type { BrokerAddress } from '@sluice/client/broker-address';
import type { Clock } from '@sluice/kernel/clock';
import type { HttpHandler, HttpServer } from '@sluice/kernel/http-server';
import type { Logger } from '@sluice/kernel/logger';
import type { Network } from '@sluice/kernel/network';
import type { Random } from '@sluice/kernel/random';
import type { AccessKeys } from './front/auth/credentials.ts';
import { AWS_HTTP_LIMITS } from './http-limits.ts';
import type { KinesisSettings } from './kinesis/settings.ts';
import type { Services } from './open-services.ts';

export interface DoorOptions {
  /** Port 0 picks a free one. */
  readonly listen: { readonly host: string; readonly port: number };
  /** The cluster behind the door. */
  readonly bootstrap: readonly BrokerAddress[];
  /** Requests must be signed with one of them; without, any key will do. */
  readonly keys?: AccessKeys | undefined;
  /** PEM texts. */
  readonly tls?: { readonly key: string; readonly certificate: string } | undefined;
  readonly kinesis?: Partial<KinesisSettings> | undefined;
  readonly httpServer: HttpServer;
  readonly network: Network;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

export interface Door {
  /** What SDKs want as their endpoint: `http://127.0.0.1:4566`. */
  readonly endpoint: string;
  close(): Promise<void>;
}

/** What is read of this package after the door has opened waits for so long: whoever starts it goes on meanwhile. */
const LOAD_AFTER_MS = 100;

/**
 * The AWS services in front of a Kafka cluster, at one address. Fails with `ListenError`; nothing is left open then.
 *
 * A start pays for the listener alone. The services, two hundred modules, are loaded a moment later, or by the first request.
 */
export async function openDoor(options: DoorOptions): Promise<Door> {
  const { listen, tls, httpServer, clock, logger } = options;
  let loading: Promise<Services> | undefined;
  const services = (): Promise<Services> => {
    loading ??= import('./open-services.ts').then(({ openServices }) => openServices(options));
    return loading;
  };
  const httpOptions = { limits: AWS_HTTP_LIMITS, ...(tls === undefined ? {} : { tls }) };
  const handler: HttpHandler = async (request) => (await services()).handler(request);
  const listener = await httpServer.listen(listen.host, listen.port, httpOptions, handler);
  const timer = clock.setTimer(LOAD_AFTER_MS, () => {
    services().catch((error: unknown) => logger.error('the AWS services cannot be loaded', { error: String(error) }));
  });
  const host = listener.host.includes(':') ? `[${listener.host}]` : listener.host;
  return {
    endpoint: `${tls === undefined ? 'http' : 'https'}://${host}:${listener.port}`,
    async close() {
      timer.cancel();
      await listener.close();
      await (await loading?.catch(() => undefined))?.close();
    },
  };
}
