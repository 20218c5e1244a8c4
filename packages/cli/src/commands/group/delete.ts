import { Command } from 'commander';
import type { Shell } from '../../shell.ts';
import { type ClientOptions, withClientOptions } from '../client-options.ts';
import { withExamples } from '../examples.ts';

export interface GroupDeleteOptions extends ClientOptions {
  readonly all?: boolean;
  readonly execute?: boolean;
  readonly ifExists?: boolean;
}

export function deleteCommand(shell: Shell): Command {
  const command = new Command('delete')
    .summary('delete groups with all that they have committed')
    .description(
      'Deletes groups with all that they have committed. A group that has members is refused. This cannot be undone: ' +
        '`sluice group reset-offsets … --to-current --export` keeps a copy of the offsets.',
    )
    .argument('[group...]', 'name of each group, or --all')
    .option('--all', 'all classic and consumer groups that have no members; only shows them until --execute is given')
    .option('--execute', 'with --all: delete them')
    .option('--if-exists', 'succeed when there is no such group')
    .action(async (groups: string[], options: GroupDeleteOptions) => {
      const { removeGroups } = await import('../../run/group/delete.ts');
      await removeGroups(shell, 'group', groups, options);
    });
  return withExamples(withClientOptions(command), [
    { what: 'two groups at once', line: 'sluice group delete payments-test inventory-test' },
  ]);
}
