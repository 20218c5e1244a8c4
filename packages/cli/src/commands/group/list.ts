import { Command } from 'commander';
import { GROUP_STATES, GROUP_TYPES, oneOfNames } from '../../input/group-filters.ts';
import type { Shell } from '../../shell.ts';
import { type ClientOptions, withClientOptions } from '../client-options.ts';
import { withExamples } from '../examples.ts';

export interface GroupListOptions extends ClientOptions {
  readonly state?: readonly string[];
  readonly type?: readonly string[];
}

export function listCommand(shell: Shell): Command {
  const command = new Command('list')
    .summary('list the groups of a cluster')
    .description('Lists the groups of a cluster with their type and state.')
    .option(
      '--state <name>',
      `only groups in this state, repeatable: ${GROUP_STATES.join(', ')}`,
      oneOfNames(GROUP_STATES),
    )
    .option('--type <name>', `only groups of this type, repeatable: ${GROUP_TYPES.join(', ')}`, oneOfNames(GROUP_TYPES))
    .action(async (options: GroupListOptions) => {
      const { listAllGroups } = await import('../../run/group/list.ts');
      await listAllGroups(shell, 'group', options);
    });
  return withExamples(withClientOptions(command), [
    { what: 'all groups, share groups too', line: 'sluice group list' },
    { what: 'those that nobody is a member of', line: 'sluice group list --state empty' },
  ]);
}
