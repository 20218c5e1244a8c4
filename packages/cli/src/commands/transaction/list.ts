import { Command } from 'commander';
import { oneOfNames } from '../../input/group-filters.ts';
import { duration, names } from '../../input/option-parsers.ts';
import { TRANSACTION_STATES } from '../../input/transaction-states.ts';
import type { Shell } from '../../shell.ts';
import { type ClientOptions, withClientOptions } from '../client-options.ts';
import { withExamples } from '../examples.ts';

export interface TransactionListOptions extends ClientOptions {
  readonly state?: readonly string[];
  readonly producerId?: readonly string[];
  readonly longerThan?: number;
  readonly pattern?: string;
}

export function listCommand(shell: Shell): Command {
  const command = new Command('list')
    .summary('list the transactional ids of a cluster')
    .description('Lists the transactional ids of a cluster with the state of their last transaction.')
    .option(
      '--state <name>',
      `only in this state, repeatable: ${TRANSACTION_STATES.join(', ')}`,
      oneOfNames(TRANSACTION_STATES),
    )
    .option('--producer-id <number>', 'only of this producer id, repeatable', names)
    .option('--longer-than <duration>', 'only those that began longer ago than this', duration)
    .option('--pattern <regex>', 'only ids that match as a whole')
    .action(async (options: TransactionListOptions) => {
      const { listAllTransactions } = await import('../../run/transaction/list.ts');
      await listAllTransactions(shell, options);
    });
  return withExamples(withClientOptions(command), [
    { what: 'all transactional ids', line: 'sluice transaction list' },
    {
      what: 'transactions that are open for more than five minutes',
      line: 'sluice transaction list --state ongoing --longer-than 5m',
    },
  ]);
}
