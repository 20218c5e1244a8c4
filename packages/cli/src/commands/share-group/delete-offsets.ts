import { Command } from 'commander';
import { wholeTopics } from '../../input/topic-scope.ts';
import type { Shell } from '../../shell.ts';
import { withClientOptions } from '../client-options.ts';
import { withExamples } from '../examples.ts';
import type { GroupDeleteOffsetsOptions } from '../group/delete-offsets.ts';

export function deleteOffsetsCommand(shell: Shell): Command {
  const command = new Command('delete-offsets')
    .summary('make a share group forget topics')
    .description(
      'Deletes all that a share group knows of topics: where it is, and what was delivered how often. It is refused ' +
        'while the group has members. This cannot be undone. Where the group begins when it reads such a topic again ' +
        'is up to its share.auto.offset.reset.',
    )
    .argument('<group>', 'name of the group')
    .requiredOption('-t, --topic <topic>', 'a topic, repeatable (required)', wholeTopics)
    .action(async (group: string, options: GroupDeleteOffsetsOptions) => {
      const { removeGroupOffsets } = await import('../../run/group/delete-offsets.ts');
      await removeGroupOffsets(shell, 'share-group', group, options);
    });
  return withExamples(withClientOptions(command), [
    {
      what: 'two topics that it reads no longer',
      line: 'sluice share-group delete-offsets jobs -t tasks -t mails',
    },
  ]);
}
