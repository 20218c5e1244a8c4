import { Command } from 'commander';
import type { Shell } from '../../shell.ts';
import { withClientOptions } from '../client-options.ts';
import { withExamples } from '../examples.ts';
import type { GroupResetOffsetsOptions } from '../group/reset-offsets.ts';
import { withResetOptions } from '../group/reset-options.ts';

export function resetOffsetsCommand(shell: Shell): Command {
  const command = new Command('reset-offsets')
    .summary('make a share group take records again, or skip some')
    .description(
      'Moves where a share group starts. Records from there on are delivered as if they never had been, also those ' +
        'that were accepted; what is before is skipped. It only shows what would change until --execute is given, ' +
        'and is refused while the group has members: stop them first. A group that does not exist is made.',
    )
    .argument('<group>', 'name of the group')
    .action(async (group: string, options: GroupResetOffsetsOptions) => {
      const { resetOffsets } = await import('../../run/group/reset-offsets.ts');
      await resetOffsets(shell, 'share-group', group, options);
    });
  return withExamples(withClientOptions(withResetOptions(command)), [
    {
      what: 'look first: do all tasks of a topic again',
      line: 'sluice share-group reset-offsets jobs -t tasks --to-earliest',
    },
    { what: 'then do it', line: 'sluice share-group reset-offsets jobs -t tasks --to-earliest --execute' },
    {
      what: 'begin with what is there before the first worker starts',
      line: 'sluice share-group reset-offsets mails -t tasks --to-earliest --execute',
    },
    { what: 'empty the queue', line: 'sluice share-group reset-offsets jobs --all-topics --to-latest --execute' },
    {
      what: 'keep a copy',
      line: 'sluice share-group reset-offsets jobs -t tasks --to-current --export > a.csv',
    },
    { what: 'and go back to it', line: 'sluice share-group reset-offsets jobs --from-file a.csv --execute' },
  ]);
}
