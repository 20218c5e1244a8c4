import { Argument, Command } from 'commander';
import { keyValues } from '../input/option-parsers.ts';
import type { Shell } from '../shell.ts';
import { type ClientOptions, withClientOptions } from './client-options.ts';
import { withExamples } from './examples.ts';

export type ConfigKind = 'topic' | 'broker' | 'group';

export interface ConfigDescribeOptions extends ClientOptions {
  readonly all?: boolean;
}

export interface ConfigChangeOptions extends ClientOptions {
  readonly dryRun?: boolean;
}

/** `sluice config …` */
export function configCommand(shell: Shell): Command {
  return new Command('config')
    .summary('show and change settings of topics, brokers and groups')
    .description("Shows and changes settings of topics, brokers and groups while they run. The names are Kafka's own.")
    .addCommand(describeCommand(shell))
    .addCommand(setCommand(shell))
    .addCommand(deleteCommand(shell));
}

function kindArgument(): Argument {
  return new Argument('<kind>', 'topic, broker or group').choices(['topic', 'broker', 'group']);
}

const NAME_HELP = 'name of the topic or group, or id of the broker; "default" stands for all brokers';

function describeCommand(shell: Shell): Command {
  const command = new Command('describe')
    .summary('show settings')
    .description(
      'Shows the settings that were set (a new cluster sets min.insync.replicas itself), with --all also those that ' +
        'stand at their default.',
    )
    .addArgument(kindArgument())
    .argument('<name>', NAME_HELP)
    .option('--all', 'every setting')
    .action(async (kind: ConfigKind, name: string, options: ConfigDescribeOptions) => {
      const { describeConfig } = await import('../run/config-describe.ts');
      await describeConfig(shell, kind, name, options);
    });
  return withExamples(withClientOptions(command), [
    { what: 'what was set on a topic', line: 'sluice config describe topic orders' },
    { what: 'everything that broker 1 runs with', line: 'sluice config describe broker 1 --all' },
  ]);
}

function setCommand(shell: Shell): Command {
  const command = new Command('set')
    .summary('change settings')
    .description('Changes settings; the others stay as they are.')
    .addArgument(kindArgument())
    .argument('<name>', NAME_HELP)
    .argument('<name=value...>', 'settings', keyValues)
    .option('--dry-run', 'let the broker check everything, but change nothing')
    .action(
      async (
        kind: ConfigKind,
        name: string,
        settings: readonly (readonly [string, string])[],
        options: ConfigChangeOptions,
      ) => {
        const { setConfig } = await import('../run/config-change.ts');
        await setConfig(shell, kind, name, settings, options);
      },
    );
  return withExamples(withClientOptions(command), [
    { what: 'keep records for one hour', line: 'sluice config set topic orders retention.ms=3600000' },
    {
      what: 'let members of a group be silent for a minute before they count as gone',
      line: 'sluice config set group payments consumer.session.timeout.ms=60000',
    },
    {
      what: 'let a share group begin with the oldest record',
      line: 'sluice config set group jobs share.auto.offset.reset=earliest',
    },
    { what: 'on all brokers', line: 'sluice config set broker default log.retention.ms=86400000' },
  ]);
}

function deleteCommand(shell: Shell): Command {
  const command = new Command('delete')
    .summary('take settings back to their default')
    .description('Takes settings back to their default.')
    .addArgument(kindArgument())
    .argument('<name>', NAME_HELP)
    .argument('<setting...>', 'names of settings')
    .option('--dry-run', 'let the broker check everything, but change nothing')
    .action(async (kind: ConfigKind, name: string, settings: string[], options: ConfigChangeOptions) => {
      const { deleteConfig } = await import('../run/config-change.ts');
      await deleteConfig(shell, kind, name, settings, options);
    });
  return withExamples(withClientOptions(command), [
    { what: "back to the broker's retention", line: 'sluice config delete topic orders retention.ms' },
  ]);
}
