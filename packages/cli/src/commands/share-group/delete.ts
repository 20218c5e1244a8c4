import { Command } from 'commander';
import type { Shell } from '../../shell.ts';
import { withClientOptions } from '../client-options.ts';
import { withExamples } from '../examples.ts';
import type { GroupDeleteOptions } from '../group/delete.ts';

export function deleteCommand(shell: Shell): Command {
  const command = new Command('delete')
    .summary('delete share groups with all that they know')
    .description(
      'Deletes share groups: where they are, and what was delivered how often. Records stay in their topics. A group ' +
        'that has members is refused. This cannot be undone: `sluice share-group reset-offsets … --to-current ' +
        '--export` keeps a copy of the offsets.',
    )
    .argument('[group...]', 'name of each group, or --all')
    .option('--all', 'all share groups that have no members; only shows them until --execute is given')
    .option('--execute', 'with --all: delete them')
    .option('--if-exists', 'succeed when there is no such group')
    .action(async (groups: string[], options: GroupDeleteOptions) => {
      const { removeGroups } = await import('../../run/group/delete.ts');
      await removeGroups(shell, 'share-group', groups, options);
    });
  return withExamples(withClientOptions(command), [
    { what: 'two groups at once', line: 'sluice share-group delete jobs-test mails-test' },
  ]);
}
