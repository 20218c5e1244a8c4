import { Command } from 'commander';
import { oneOfNames, SHARE_GROUP_STATES } from '../../input/group-filters.ts';
import type { Shell } from '../../shell.ts';
import { withClientOptions } from '../client-options.ts';
import { withExamples } from '../examples.ts';
import type { GroupListOptions } from '../group/list.ts';

export function listCommand(shell: Shell): Command {
  const command = new Command('list')
    .summary('list the share groups of a cluster')
    .description('Lists the share groups of a cluster with their state.')
    .option(
      '--state <name>',
      `only groups in this state, repeatable: ${SHARE_GROUP_STATES.join(', ')}`,
      oneOfNames(SHARE_GROUP_STATES),
    )
    .action(async (options: GroupListOptions) => {
      const { listAllGroups } = await import('../../run/group/list.ts');
      await listAllGroups(shell, 'share-group', options);
    });
  return withExamples(withClientOptions(command), [
    { what: 'all share groups', line: 'sluice share-group list' },
    { what: 'those that nobody is a member of', line: 'sluice share-group list --state empty' },
  ]);
}
