import { Command } from 'commander';
import type { LagSort } from '../../run/group/lag-order.ts';
import type { Shell } from '../../shell.ts';
import { type ClientOptions, withClientOptions } from '../client-options.ts';
import { withExamples } from '../examples.ts';
import { withLagOptions } from './lag-options.ts';

export interface GroupDescribeOptions extends ClientOptions {
  readonly all?: boolean;
  readonly sort: LagSort;
  readonly totals?: boolean;
  readonly watch?: boolean;
  readonly interval: number;
}

export function describeCommand(shell: Shell): Command {
  const command = new Command('describe')
    .summary('show how far groups have read, and their lag')
    .description(
      'Shows state and members of groups, and for each partition what was committed, where the log ends, the records ' +
        'between the two (the lag), and who reads it. What lags most stands first.',
    )
    .argument('[group...]', 'name of each group, or --all')
    .option('--all', 'all classic and consumer groups')
    .option('--totals', 'one row a group; a + at its lag: there are partitions without a commit besides')
    .action(async (groups: string[], options: GroupDescribeOptions) => {
      const { describeGroupLag } = await import('../../run/group/describe.ts');
      await describeGroupLag(shell, 'group', groups, options);
    });
  return withExamples(withClientOptions(withLagOptions(command, ['lag', 'topic', 'member'])), [
    { what: 'one group', line: 'sluice group describe payments' },
    { what: 'which group is behind, the worst first', line: 'sluice group describe --all --totals' },
    { what: 'see it catch up', line: 'sluice group describe payments --watch' },
    { what: 'its lag as a number', line: "sluice group describe payments --json | jq '.[0].lag'" },
  ]);
}
