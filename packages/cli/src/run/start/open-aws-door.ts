import type { Logger } from '@sluice/kernel/logger';
import type { AwsFlags } from '../../commands/aws-options.ts';
import { CliFailure } from '../../failure.ts';
import { type Address, parseAddress } from '../../input/address.ts';
import type { DoorSettings } from '../aws/door-settings.ts';

/** Loopback only, and the port that tools for local AWS services look at. */
const DEFAULT_ADDRESS: Address = { host: '127.0.0.1', port: 4566 };

export interface OpenDoor {
  readonly endpoint: string;
  close(): Promise<void>;
}

/** Where a broker that listens at `listen` opens its door; `undefined` if it opens none. */
export function awsAddressOf({ aws }: AwsFlags, listen: Address): Address | undefined {
  if (aws === false) return undefined;
  if (typeof aws === 'object') return aws;
  // Whoever starts a broker at any free port starts several: they would fight for this one.
  return listen.port === 0 ? undefined : DEFAULT_ADDRESS;
}

/**
 * The door of `sluice start`. One that was asked for and cannot be opened is a failure; of the one that comes by itself
 * the log says that it is missing, and the broker serves.
 */
export async function openAwsDoor(
  flags: AwsFlags,
  {
    listen,
    bootstrap,
    settings,
    logger,
  }: {
    readonly listen: Address;
    readonly bootstrap: string;
    readonly settings: DoorSettings;
    readonly logger: Logger;
  },
): Promise<OpenDoor | undefined> {
  const address = awsAddressOf(flags, listen);
  if (address === undefined) return undefined;
  const { startAwsDoor } = await import('sluice/start-aws-door');
  const { StartError } = await import('sluice/start-error');
  const broker = parseAddress(bootstrap, 0);
  if (broker === undefined) throw new Error(`a broker's address is host:port, not ${bootstrap}`);
  try {
    return await startAwsDoor({ ...settings, listen: address, bootstrap: [broker], logger, option: '--aws' });
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    if (typeof flags.aws === 'object') {
      throw new CliFailure('failed', error.message, error.hint, { cause: error });
    }
    logger.warn('the AWS services are off', { reason: error.message, hint: error.hint });
    return undefined;
  }
}
