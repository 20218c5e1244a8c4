import { Command } from 'commander';
import type { Shell } from '../../shell.ts';
import { withClientOptions } from '../client-options.ts';
import { withExamples } from '../examples.ts';
import type { GroupMembersOptions } from '../group/members.ts';

export function membersCommand(shell: Shell): Command {
  const command = new Command('members')
    .summary('show who is in a share group')
    .description(
      'Shows the members of share groups, with --verbose also what they subscribe to and were assigned. Several ' +
        'members may be assigned the same partition.',
    )
    .argument('[group...]', 'name of each group, or --all')
    .option('--all', 'all share groups')
    .option('-v, --verbose', 'everything about each member: subscription, assignment, epoch')
    .action(async (groups: string[], options: GroupMembersOptions) => {
      const { listMembers } = await import('../../run/group/members.ts');
      await listMembers(shell, 'share-group', groups, options);
    });
  return withExamples(withClientOptions(command), [
    { what: 'who works', line: 'sluice share-group members jobs' },
    { what: 'who works on what', line: 'sluice share-group members jobs --verbose' },
  ]);
}
