import { Command } from 'commander';
import type { Shell } from '../shell.ts';
import { abortCommand } from './transaction/abort.ts';
import { describeCommand } from './transaction/describe.ts';
import { findHangingCommand } from './transaction/find-hanging.ts';
import { listCommand } from './transaction/list.ts';

/** `sluice transaction …` */
export function transactionCommand(shell: Shell): Command {
  return new Command('transaction')
    .summary('show transactions, find and end those that hang')
    .description(
      'A producer with a transactional id writes to several partitions as one: readers of committed records see all of ' +
        'it or nothing. While a transaction is open in a partition, they see nothing behind its first record.',
    )
    .addCommand(listCommand(shell))
    .addCommand(describeCommand(shell))
    .addCommand(findHangingCommand(shell))
    .addCommand(abortCommand(shell));
}
