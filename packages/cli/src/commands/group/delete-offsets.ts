import { Command } from 'commander';
import { type TopicScope, topicScopes } from '../../input/topic-scope.ts';
import type { Shell } from '../../shell.ts';
import { type ClientOptions, withClientOptions } from '../client-options.ts';
import { withExamples } from '../examples.ts';

export interface GroupDeleteOffsetsOptions extends ClientOptions {
  readonly topic: readonly TopicScope[];
}

export function deleteOffsetsCommand(shell: Shell): Command {
  const command = new Command('delete-offsets')
    .summary('make a group forget what it has read of topics')
    .description(
      'Deletes what a group has committed for topics. It is refused for topics that members of the group subscribe ' +
        'to. This cannot be undone.',
    )
    .argument('<group>', 'name of the group')
    .requiredOption(
      '-t, --topic <topic[:partitions]>',
      'a topic, or some of its partitions (orders:0,1), repeatable (required)',
      topicScopes,
    )
    .action(async (group: string, options: GroupDeleteOffsetsOptions) => {
      const { removeGroupOffsets } = await import('../../run/group/delete-offsets.ts');
      await removeGroupOffsets(shell, 'group', group, options);
    });
  return withExamples(withClientOptions(command), [
    { what: 'all partitions of a topic', line: 'sluice group delete-offsets payments --topic orders' },
    { what: 'two partitions', line: 'sluice group delete-offsets payments --topic orders:0,1' },
  ]);
}
