import { Command } from 'commander';
import type { Shell } from '../../shell.ts';
import { type ClientOptions, withClientOptions } from '../client-options.ts';
import { withExamples } from '../examples.ts';

export function describeCommand(shell: Shell): Command {
  const command = new Command('describe')
    .summary('show transactional ids with their producers and partitions')
    .description('Shows the state of transactional ids, who has them, since when, and which partitions are in it.')
    .argument('<id...>', 'transactional ids')
    .action(async (ids: readonly string[], options: ClientOptions) => {
      const { describeTransactionalIds } = await import('../../run/transaction/describe.ts');
      await describeTransactionalIds(shell, ids, options);
    });
  return withExamples(withClientOptions(command), [
    { what: 'the transactional id of a payment service', line: 'sluice transaction describe payments-1' },
  ]);
}
