import { Command } from 'commander';
import { keyValues, names, wholeNumber } from '../input/option-parsers.ts';
import type { Shell } from '../shell.ts';
import { type ClientOptions, withClientOptions } from './client-options.ts';
import { withExamples } from './examples.ts';

const PARTITIONS_MAX = 2 ** 31 - 1;
const REPLICATION_FACTOR_MAX = 2 ** 15 - 1;

export interface TopicCreateOptions extends ClientOptions {
  readonly partitions?: number;
  readonly replicationFactor?: number;
  readonly set?: readonly (readonly [string, string])[];
  readonly ifNotExists?: boolean;
  readonly dryRun?: boolean;
}

export interface TopicListOptions extends ClientOptions {
  readonly internal?: boolean;
}

export interface TopicAlterOptions extends ClientOptions {
  readonly partitions?: number;
  readonly set?: readonly (readonly [string, string])[];
  readonly unset?: readonly string[];
  readonly dryRun?: boolean;
}

export interface TopicDeleteOptions extends ClientOptions {
  readonly ifExists?: boolean;
}

/** `sluice topic …` */
export function topicCommand(shell: Shell): Command {
  return new Command('topic')
    .summary('create, list, describe, alter and delete topics')
    .description('Topics hold records; each is split into partitions, and order is kept within a partition.')
    .addCommand(createCommand(shell))
    .addCommand(listCommand(shell))
    .addCommand(describeCommand(shell))
    .addCommand(alterCommand(shell))
    .addCommand(deleteCommand(shell));
}

function createCommand(shell: Shell): Command {
  const command = new Command('create')
    .summary('make topics')
    .description('Makes topics. What you leave out is taken from the broker: its num.partitions, for example.')
    .argument('<name...>', 'name of each topic')
    .option('-p, --partitions <count>', 'partitions of each topic', wholeNumber(1, PARTITIONS_MAX))
    .option(
      '-r, --replication-factor <count>',
      'brokers that hold each partition',
      wholeNumber(1, REPLICATION_FACTOR_MAX),
    )
    .option('-s, --set <name=value>', 'a setting of the topic, repeatable', keyValues)
    .option('--if-not-exists', 'succeed when the topic is already there')
    .option('--dry-run', 'let the broker check everything, but make nothing')
    .action(async (topics: string[], options: TopicCreateOptions) => {
      const { createTopics } = await import('../run/topic-create.ts');
      await createTopics(shell, topics, options);
    });
  return withExamples(withClientOptions(command), [
    { what: 'a topic with three partitions', line: 'sluice topic create orders --partitions 3' },
    {
      what: 'keep only the latest record of each key',
      line: 'sluice topic create customers --set cleanup.policy=compact',
    },
    { what: 'keep records for one day', line: 'sluice topic create clicks --set retention.ms=86400000' },
  ]);
}

function listCommand(shell: Shell): Command {
  const command = new Command('list')
    .summary('list the topics of a cluster')
    .description('Lists the topics of a cluster.')
    .option('--internal', 'also those that the cluster keeps for itself, and all whose names begin with __')
    .action(async (options: TopicListOptions) => {
      const { listTopics } = await import('../run/topic-list.ts');
      await listTopics(shell, options);
    });
  return withExamples(withClientOptions(command), [
    { what: 'all topics', line: 'sluice topic list' },
    { what: 'their names only', line: "sluice topic list --json | jq -r '.[].name'" },
  ]);
}

function describeCommand(shell: Shell): Command {
  const command = new Command('describe')
    .summary('show partitions, leaders, offsets and settings of topics')
    .description(
      'Shows partitions, leaders, replicas, first and next offset, and the settings that differ from the default.',
    )
    .argument('<name...>', 'name of each topic')
    .action(async (topics: string[], options: ClientOptions) => {
      const { describeTopics } = await import('../run/topic-describe.ts');
      await describeTopics(shell, topics, options);
    });
  return withExamples(withClientOptions(command), [
    { what: 'one topic', line: 'sluice topic describe orders' },
    { what: 'its partitions as JSON', line: "sluice topic describe orders --json | jq '.[0].partitions'" },
  ]);
}

function alterCommand(shell: Shell): Command {
  const command = new Command('alter')
    .summary('add partitions to a topic, change its settings')
    .description(
      'Adds partitions or changes settings. Partitions can only grow; keys then map to other partitions than before.',
    )
    .argument('<name>', 'name of the topic')
    .option('-p, --partitions <count>', 'how many partitions it shall have in all', wholeNumber(1, PARTITIONS_MAX))
    .option('-s, --set <name=value>', 'change a setting, repeatable', keyValues)
    .option('-u, --unset <name>', 'take a setting back to its default, repeatable', names)
    .option('--dry-run', 'let the broker check everything, but change nothing')
    .action(async (topic: string, options: TopicAlterOptions) => {
      const { alterTopic } = await import('../run/topic-alter.ts');
      await alterTopic(shell, topic, options);
    });
  return withExamples(withClientOptions(command), [
    { what: 'grow to six partitions', line: 'sluice topic alter orders --partitions 6' },
    {
      what: 'change one setting, take another back',
      line: 'sluice topic alter orders --set retention.ms=3600000 --unset segment.bytes',
    },
  ]);
}

function deleteCommand(shell: Shell): Command {
  const command = new Command('delete')
    .summary('delete topics with all their records')
    .description('Deletes topics with all their records. This cannot be undone.')
    .argument('<name...>', 'name of each topic')
    .option('--if-exists', 'succeed when there is no such topic')
    .action(async (topics: string[], options: TopicDeleteOptions) => {
      const { deleteTopics } = await import('../run/topic-delete.ts');
      await deleteTopics(shell, topics, options);
    });
  return withExamples(withClientOptions(command), [
    { what: 'two topics at once', line: 'sluice topic delete orders clicks' },
  ]);
}
