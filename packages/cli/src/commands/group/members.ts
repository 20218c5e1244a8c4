import { Command } from 'commander';
import type { Shell } from '../../shell.ts';
import { type ClientOptions, withClientOptions } from '../client-options.ts';
import { withExamples } from '../examples.ts';

export interface GroupMembersOptions extends ClientOptions {
  readonly all?: boolean;
  readonly verbose?: boolean;
}

export function membersCommand(shell: Shell): Command {
  const command = new Command('members')
    .summary('show who is in a group')
    .description('Shows the members of groups, with --verbose also what they subscribe to and were assigned.')
    .argument('[group...]', 'name of each group, or --all')
    .option('--all', 'all classic and consumer groups')
    .option('-v, --verbose', 'everything about each member: subscription, assignment, epoch')
    .action(async (groups: string[], options: GroupMembersOptions) => {
      const { listMembers } = await import('../../run/group/members.ts');
      await listMembers(shell, 'group', groups, options);
    });
  return withExamples(withClientOptions(command), [
    { what: 'who reads', line: 'sluice group members payments' },
    { what: 'who reads what', line: 'sluice group members payments --verbose' },
  ]);
}
