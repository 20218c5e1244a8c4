import type { BrokerAddress } from '@sluice/client/broker-address';
import type { Clock } from '@sluice/kernel/clock';
import type { HttpServer } from '@sluice/kernel/http-server';
import type { Logger } from '@sluice/kernel/logger';
import type { Network } from '@sluice/kernel/network';
import type { Random } from '@sluice/kernel/random';
import type { AccessKeys } from './front/auth/credentials.ts';
import { createFront } from './front/front.ts';
import { AWS_HTTP_LIMITS } from './http-limits.ts';
import { openKafkaLog } from './kafka/open-kafka-log.ts';
import { KINESIS_CONTRACT } from './kinesis/generated/contract.ts';
import { createKinesis } from './kinesis/kinesis.ts';
import type { KinesisSettings } from './kinesis/settings.ts';

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

/** The AWS services in front of a Kafka cluster, at one address. Fails with `ListenError`; nothing is left open then. */
export async function openDoor(options: DoorOptions): Promise<Door> {
  const { listen, bootstrap, keys, tls, httpServer, network, clock, random, logger } = options;
  const log = openKafkaLog({ bootstrap, network, clock, random });
  const kinesis = createKinesis({
    log,
    clock,
    random,
    logger,
    ...(options.kinesis === undefined ? {} : { settings: options.kinesis }),
  });
  const services = [{ contract: KINESIS_CONTRACT, operations: kinesis.operations }];
  const front = createFront({ services, keys, clock, random, logger });
  const closeServices = async (): Promise<void> => {
    kinesis.close();
    await log.close();
  };
  try {
    const httpOptions = { limits: AWS_HTTP_LIMITS, ...(tls === undefined ? {} : { tls }) };
    const listener = await httpServer.listen(listen.host, listen.port, httpOptions, front);
    const host = listener.host.includes(':') ? `[${listener.host}]` : listener.host;
    return {
      endpoint: `${tls === undefined ? 'http' : 'https'}://${host}:${listener.port}`,
      async close() {
        await listener.close();
        await closeServices();
      },
    };
  } catch (error) {
    await closeServices();
    throw error;
  }
}
