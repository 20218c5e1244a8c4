import type { Command } from 'commander';
import type { Address } from '../input/address.ts';
import { awsAddress, duration } from '../input/option-parsers.ts';

/** What a door is told, wherever it is opened. */
export interface AwsDoorFlags {
  readonly awsKeys?: string;
  readonly awsCertificate?: string;
  readonly awsPrivateKey?: string;
  readonly awsThrottle?: boolean;
  readonly awsStatusDelay?: number;
}

export interface AwsFlags extends AwsDoorFlags {
  /** `false` by `--no-aws`. */
  readonly aws?: Address | boolean;
}

/** The options of the AWS door. */
export function withAwsDoorOptions(command: Command): Command {
  return command
    .optionsGroup('AWS services:')
    .option(
      '--aws-keys <file|env>',
      'requests must be signed with one of these keys: a file like ~/.aws/credentials, or AWS_ACCESS_KEY_ID and ' +
        'AWS_SECRET_ACCESS_KEY of the environment (default: any key will do)',
    )
    .option('--aws-certificate <file>', 'TLS: the certificate and what it is signed by, PEM')
    .option('--aws-private-key <file>', "TLS: the certificate's key, PEM")
    .option('--aws-throttle', 'hold streams to the throughput of their shards, as AWS does')
    .option(
      '--aws-status-delay <duration>',
      'how long a stream is CREATING, UPDATING or DELETING at least (default: 100ms)',
      duration,
    );
}

/** For `sluice start`, which opens a door of its own accord. */
export function withAwsOptions(command: Command): Command {
  return withAwsDoorOptions(
    command
      .optionsGroup('AWS services:')
      .option(
        '--aws <host:port>',
        'address of the AWS services (default: 127.0.0.1:4566 if it is free; none where --listen picks a free port)',
        awsAddress,
      )
      .option('--no-aws', 'do not open the AWS services'),
  );
}
