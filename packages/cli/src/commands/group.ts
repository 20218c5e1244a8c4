import { Command } from 'commander';
import type { Shell } from '../shell.ts';
import { deleteCommand } from './group/delete.ts';
import { deleteOffsetsCommand } from './group/delete-offsets.ts';
import { describeCommand } from './group/describe.ts';
import { listCommand } from './group/list.ts';
import { membersCommand } from './group/members.ts';
import { resetOffsetsCommand } from './group/reset-offsets.ts';

/** `sluice group …` */
export function groupCommand(shell: Shell): Command {
  return new Command('group')
    .summary('show consumer groups and their lag, move and delete their offsets')
    .description(
      'Consumers of one group share the partitions of their topics. A group remembers how far it has read: what it ' +
        'has not read yet is its lag.',
    )
    .addCommand(listCommand(shell))
    .addCommand(describeCommand(shell))
    .addCommand(membersCommand(shell))
    .addCommand(resetOffsetsCommand(shell))
    .addCommand(deleteOffsetsCommand(shell))
    .addCommand(deleteCommand(shell));
}
