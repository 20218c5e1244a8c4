import { Command } from 'commander';
import { wholeNumber } from '../input/option-parsers.ts';
import type { Shell } from '../shell.ts';
import { type ClientOptions, withClientOptions } from './client-options.ts';
import { withExamples } from './examples.ts';

export interface ClusterApisOptions extends ClientOptions {
  readonly broker?: number;
}

/** `sluice cluster …` */
export function clusterCommand(shell: Shell): Command {
  return new Command('cluster')
    .summary('show brokers, controller, features and API versions')
    .description('Shows what a cluster is made of.')
    .addCommand(describeCommand(shell))
    .addCommand(apisCommand(shell));
}

function describeCommand(shell: Shell): Command {
  const command = new Command('describe')
    .summary('show brokers, controller and features')
    .description('Shows the cluster id, its brokers, which of them is controller, and the features in use.')
    .action(async (options: ClientOptions) => {
      const { describeCluster } = await import('../run/cluster-describe.ts');
      await describeCluster(shell, options);
    });
  return withExamples(withClientOptions(command), [
    { what: 'the cluster on this machine', line: 'sluice cluster describe' },
    { what: 'another one', line: 'sluice cluster describe --bootstrap kafka-1:9092,kafka-2:9092' },
  ]);
}

function apisCommand(shell: Shell): Command {
  const command = new Command('apis')
    .summary('show which versions of each API a broker speaks')
    .description('Shows which versions of each API a broker speaks, as it says itself.')
    .option('--broker <id>', 'ask this broker; else the first that answers', wholeNumber(0, 2 ** 31 - 1))
    .action(async (options: ClusterApisOptions) => {
      const { describeApis } = await import('../run/cluster-apis.ts');
      await describeApis(shell, options);
    });
  return withExamples(withClientOptions(command), [{ what: 'the first broker', line: 'sluice cluster apis' }]);
}
