import { Command } from 'commander';
import type { TopicScope } from '../../input/topic-scope.ts';
import type { Shell } from '../../shell.ts';
import { type ClientOptions, withClientOptions } from '../client-options.ts';
import { withExamples } from '../examples.ts';
import { withResetOptions } from './reset-options.ts';

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
        'change until --execute is given, and is refused while the group has members: stop them first. A group that ' +
        'does not exist is made.',
    )
    .argument('<group>', 'name of the group')
    .action(async (group: string, options: GroupResetOffsetsOptions) => {
      const { resetOffsets } = await import('../../run/group/reset-offsets.ts');
      await resetOffsets(shell, 'group', group, options);
    });
  return withExamples(withClientOptions(withResetOptions(command)), [
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
