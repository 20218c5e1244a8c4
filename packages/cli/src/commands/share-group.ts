import { Command } from 'commander';
import type { Shell } from '../shell.ts';
import { deleteCommand } from './share-group/delete.ts';
import { deleteOffsetsCommand } from './share-group/delete-offsets.ts';
import { describeCommand } from './share-group/describe.ts';
import { listCommand } from './share-group/list.ts';
import { membersCommand } from './share-group/members.ts';
import { resetOffsetsCommand } from './share-group/reset-offsets.ts';

/** `sluice share-group …` */
export function shareGroupCommand(shell: Shell): Command {
  return new Command('share-group')
    .summary('show share groups (queues) and their lag, move and delete their offsets')
    .description(
      'A share group makes a queue of a topic: its members take records one by one, and accept, release or reject ' +
        'each, however many members there are to a partition. All before the start offset of a partition is done; the ' +
        'lag is what is not done yet. `sluice consume --share-group` takes records, `sluice config … group` has the ' +
        'settings (share.…).',
    )
    .addCommand(listCommand(shell))
    .addCommand(describeCommand(shell))
    .addCommand(membersCommand(shell))
    .addCommand(resetOffsetsCommand(shell))
    .addCommand(deleteOffsetsCommand(shell))
    .addCommand(deleteCommand(shell));
}
