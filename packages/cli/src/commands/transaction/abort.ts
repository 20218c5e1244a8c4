import { Command } from 'commander';
import { wholeNumber } from '../../input/option-parsers.ts';
import type { Shell } from '../../shell.ts';
import { type ClientOptions, withClientOptions } from '../client-options.ts';
import { withExamples } from '../examples.ts';

export interface TransactionAbortOptions extends ClientOptions {
  readonly topic: string;
  readonly partition: number;
  readonly startOffset?: number;
  readonly producerId?: number;
}

export function abortCommand(shell: Shell): Command {
  const command = new Command('abort')
    .summary('end a transaction that hangs in a partition')
    .description(
      'Ends a transaction in one partition as aborted: readers of committed records go on, without its records. For ' +
        'transactions that hang only; what a living producer has open is ended by its timeout.',
    )
    .requiredOption('-t, --topic <name>', 'the topic (required)')
    .requiredOption('-p, --partition <number>', 'the partition (required)', wholeNumber(0, 2 ** 31 - 1))
    .option(
      '--start-offset <offset>',
      'which transaction: the one that begins here, as find-hanging shows',
      wholeNumber(0),
    )
    .option('--producer-id <number>', 'or the one of this producer', wholeNumber(0))
    .action(async (options: TransactionAbortOptions) => {
      const { abortHanging } = await import('../../run/transaction/abort.ts');
      await abortHanging(shell, options);
    });
  return withExamples(withClientOptions(command), [
    {
      what: 'the transaction that begins at offset 1234',
      line: 'sluice transaction abort --topic orders --partition 3 --start-offset 1234',
    },
  ]);
}
