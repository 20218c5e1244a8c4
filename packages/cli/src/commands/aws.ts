import { Command, Option } from 'commander';
import type { Address } from '../input/address.ts';
import { addresses, awsAddress } from '../input/option-parsers.ts';
import type { Shell } from '../shell.ts';
import { type AwsDoorFlags, withAwsDoorOptions } from './aws-options.ts';
import { withExamples } from './examples.ts';

export interface AwsCommandOptions extends AwsDoorFlags {
  readonly bootstrap: readonly Address[];
  readonly listen: Address;
}

/** `sluice aws` */
export function awsCommand(shell: Shell): Command {
  const command = new Command('aws')
    .summary('open the AWS services in front of a cluster')
    .description(
      'Serves Kinesis Data Streams to AWS SDKs out of the topics of any Kafka cluster, until it is stopped with Ctrl-C ' +
        'or SIGTERM. Once it serves, it prints one line on stdout: ready aws=URL. Its log goes to stderr. ' +
        '`sluice start` does the same beside its broker.',
    )
    .addOption(
      new Option('-b, --bootstrap <host:port>', 'broker to ask first, several with commas')
        .argParser(addresses)
        .env('SLUICE_BOOTSTRAP')
        .default([{ host: '127.0.0.1', port: 9092 }], '127.0.0.1:9092'),
    )
    .addOption(
      new Option('-l, --listen <host:port>', 'address to listen on; port 0 picks a free one')
        .argParser(awsAddress)
        .default({ host: '127.0.0.1', port: 4566 }, '127.0.0.1:4566'),
    );
  withAwsDoorOptions(command).action(async (options: AwsCommandOptions) => {
    const { aws } = await import('../run/aws/aws.ts');
    await aws(shell, options);
  });
  return withExamples(command, [
    { what: 'Kinesis out of the cluster at kafka:9092', line: 'sluice aws --bootstrap kafka:9092' },
    {
      what: 'then, with the AWS command line',
      line: 'aws --endpoint-url http://127.0.0.1:4566 kinesis list-streams',
    },
    { what: 'for those only who sign with these keys', line: 'sluice aws --aws-keys ~/.aws/credentials' },
  ]);
}
