import { Command, Option } from 'commander';
import { duration, names } from '../../input/option-parsers.ts';
import type { Shell } from '../../shell.ts';
import { type ClientOptions, withClientOptions } from '../client-options.ts';
import { withExamples } from '../examples.ts';

export interface FindHangingOptions extends ClientOptions {
  readonly topic?: readonly string[];
  readonly olderThan: number;
}

export function findHangingCommand(shell: Shell): Command {
  const command = new Command('find-hanging')
    .summary('find transactions that nobody will end')
    .description(
      'Looks for transactions that are open in a partition though their coordinator knows nothing of it. Readers of ' +
        'committed records wait for them for ever: end them with `sluice transaction abort`.',
    )
    .option('-t, --topic <name>', 'only in this topic, repeatable', names)
    // Kafka's largest timeout by default, and some minutes for its coordinator to end it.
    .addOption(
      new Option('--older-than <duration>', 'only if their producer has written nothing for so long')
        .argParser(duration)
        .default(20 * 60_000, '20m'),
    )
    .action(async (options: FindHangingOptions) => {
      const { findHanging } = await import('../../run/transaction/find-hanging.ts');
      await findHanging(shell, options);
    });
  return withExamples(withClientOptions(command), [
    { what: 'in all topics', line: 'sluice transaction find-hanging' },
    { what: 'in one, however young', line: 'sluice transaction find-hanging --topic orders --older-than 0s' },
  ]);
}
