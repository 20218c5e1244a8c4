import { Command } from 'commander';
import { ago, datetime, integer } from '../../input/reset-target.ts';
import { type TopicScope, topicScopes } from '../../input/topic-scope.ts';
import type { Shell } from '../../shell.ts';
import { type ClientOptions, withClientOptions } from '../client-options.ts';
import { withExamples } from '../examples.ts';

export interface GroupResetOffsetsOptions extends ClientOptions {
  readonly topic?: readonly TopicScope[];
  readonly allTopics?: boolean;
  readonly toEarliest?: boolean;
  readonly toLatest?: boolean;
  readonly toCurrent?: boolean;
  readonly toOffset?: number;
  readonly shiftBy?: number;
  /** Milliseconds since the epoch. */
  readonly toDatetime?: number;
  /** Milliseconds. */
  readonly byDuration?: number;
  readonly fromFile?: string;
  readonly dryRun?: boolean;
  readonly execute?: boolean;
  readonly export?: boolean;
}

export function resetOffsetsCommand(shell: Shell): Command {
  const command = new Command('reset-offsets')
    .summary('make a group read again, or skip')
    .description(
      'Moves what a group has committed, so that its members go on reading somewhere else. It only shows what would ' +
        'change until --execute is given, and is refused while the group has members: stop them first.',
    )
    .argument('<group>', 'name of the group')
    .optionsGroup('Which partitions:')
    .option(
      '-t, --topic <topic[:partitions]>',
      'a topic, or some of its partitions (orders:0,1), repeatable',
      topicScopes,
    )
    .option('--all-topics', 'everything that the group has committed')
    .optionsGroup('Where to:')
    .option('--to-earliest', 'the first record that is kept')
    .option('--to-latest', 'the end: only what comes from now on')
    .option('--to-offset <offset>', 'this offset', integer)
    .option('--shift-by <count>', 'so many records forward, or back (-100)', integer)
    .option('--to-datetime <time>', 'the first record at or after this time (2026-01-31T12:00:00, in UTC)', datetime)
    .option('--by-duration <duration>', 'the first record that is no older than this (90m, PT1H30M)', ago)
    .option('--to-current', 'where it is; the end where nothing was committed')
    .option('--from-file <file>', 'what stands in a file that --export or --json made; - reads standard input')
    .optionsGroup('What to do:')
    .option('--dry-run', 'only show what would change; so it is without --execute')
    .option('--execute', 'change the offsets')
    .option('--export', 'print the new offsets as lines of topic,partition,offset')
    .action(async (group: string, options: GroupResetOffsetsOptions) => {
      const { resetOffsets } = await import('../../run/group/reset-offsets.ts');
      await resetOffsets(shell, group, options);
    });
  return withExamples(withClientOptions(command), [
    {
      what: 'look first: read a topic from its beginning',
      line: 'sluice group reset-offsets payments --topic orders --to-earliest',
    },
    { what: 'then do it', line: 'sluice group reset-offsets payments --topic orders --to-earliest --execute' },
    { what: 'read the last hour again', line: 'sluice group reset-offsets payments --all-topics --by-duration 1h' },
    {
      what: 'skip one record of partition 3',
      line: 'sluice group reset-offsets payments -t orders:3 --shift-by 1 --execute',
    },
    {
      what: 'keep a copy',
      line: 'sluice group reset-offsets payments --all-topics --to-current --export > a.csv',
    },
    { what: 'and go back to it', line: 'sluice group reset-offsets payments --from-file a.csv --execute' },
  ]);
}
