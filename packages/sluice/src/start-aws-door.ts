import type { AccessKeys } from '@sluice/aws/front/auth/credentials';
import type { KinesisSettings } from '@sluice/aws/kinesis/settings';
import { type Door, openDoor } from '@sluice/aws/open-door';
import type { BrokerAddress } from '@sluice/client/broker-address';
import type { Logger } from '@sluice/kernel/logger';
import { ListenError } from '@sluice/kernel/network';
import { realClock } from '@sluice/kernel/real/clock';
import { realHttpServer } from '@sluice/kernel/real/http-server';
import { realNetwork } from '@sluice/kernel/real/network';
import { realRandom } from '@sluice/kernel/real/random';
import { explainListen } from './start-error.ts';

export interface AwsDoorOptions {
  /** Port 0 picks a free one. */
  readonly listen: { readonly host: string; readonly port: number };
  readonly bootstrap: readonly BrokerAddress[];
  readonly keys?: AccessKeys | undefined;
  /** PEM texts. */
  readonly tls?: { readonly key: string; readonly certificate: string } | undefined;
  readonly kinesis?: Partial<KinesisSettings> | undefined;
  readonly logger: Logger;
  /** The option by which its user says where to listen. */
  readonly option: string;
}

/** The AWS door on this machine's network. Fails with `StartError`; nothing is left running then. */
export async function startAwsDoor({ option, ...options }: AwsDoorOptions): Promise<Door> {
  const { host, port } = options.listen;
  try {
    return await openDoor({
      ...options,
      httpServer: realHttpServer,
      network: realNetwork,
      clock: realClock,
      random: realRandom,
    });
  } catch (error) {
    throw error instanceof ListenError
      ? explainListen(error, host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`, option)
      : error;
  }
}
