import { Command } from 'commander';
import type { Address } from '../input/address.ts';
import { address, keyValues, names } from '../input/option-parsers.ts';
import type { Shell } from '../shell.ts';
import { type AwsFlags, withAwsOptions } from './aws-options.ts';
import { withExamples } from './examples.ts';

export interface StartOptions extends AwsFlags {
  readonly listen?: Address;
  readonly data?: readonly string[];
  readonly config?: string;
  readonly set?: readonly (readonly [string, string])[];
  readonly ephemeral?: boolean;
}

/** `sluice start` */
export function startCommand(shell: Shell): Command {
  const command = new Command('start')
    .summary('run a broker')
    .description(
      'Runs a broker until it is stopped with Ctrl-C or SIGTERM. Once it serves, it prints one line on stdout: ' +
        'ready bootstrap=host:port node=id cluster=id aws=URL. Its log goes to stderr.',
    )
    .option(
      '-l, --listen <host:port>',
      'address to listen on; port 0 picks a free one (default: localhost:9092, both 127.0.0.1 and ::1)',
      address,
    )
    .option(
      '-d, --data <dir>',
      'directory for everything that is kept (default: ./sluice-data); repeatable, one for each disk, as log.dirs in ' +
        '--config or --set; the first one also has the metadata',
      names,
    )
    .option('-c, --config <file>', "settings from a file in the form of Kafka's server.properties")
    .option('-s, --set <name=value>', "one setting by Kafka's name, repeatable; wins over the file", keyValues)
    .option('--ephemeral', 'keep nothing: all data is gone when the broker stops');
  withAwsOptions(command).action(async (options: StartOptions) => {
    const { start } = await import('../run/start.ts');
    await start(shell, options);
  });
  return withExamples(command, [
    { what: 'on port 9092, data in ./sluice-data', line: 'sluice start' },
    { what: 'for a test: any free port, nothing kept', line: 'sluice start --listen 127.0.0.1:0 --ephemeral' },
    { what: 'on two disks', line: 'sluice start --data /disk1/sluice --data /disk2/sluice' },
    {
      what: 'settings from a file, one of them changed',
      line: 'sluice start --config server.properties --set num.partitions=3',
    },
  ]);
}
