import { Command, Option } from 'commander';
import { duration } from '../../input/option-parsers.ts';
import type { LagSort } from '../../run/group/lag-order.ts';
import type { Shell } from '../../shell.ts';
import { type ClientOptions, withClientOptions } from '../client-options.ts';
import { withExamples } from '../examples.ts';

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
    .addOption(
      new Option('--sort <order>', 'what the rows are ordered by').choices(['lag', 'topic', 'member']).default('lag'),
    )
    .option(
      '-w, --watch',
      'look again and again until Ctrl-C; in a pipe, print rows (or lines of JSON) that begin with the time',
    )
    .addOption(
      new Option('--interval <duration>', 'how long --watch waits between two looks')
        .argParser(duration)
        .default(2_000, '2s'),
    )
    .action(async (groups: string[], options: GroupDescribeOptions) => {
      const { describeGroupLag } = await import('../../run/group/describe.ts');
      await describeGroupLag(shell, groups, options);
    });
  return withExamples(withClientOptions(command), [
    { what: 'one group', line: 'sluice group describe payments' },
    { what: 'which group is behind, the worst first', line: 'sluice group describe --all --totals' },
    { what: 'see it catch up', line: 'sluice group describe payments --watch' },
    { what: 'its lag as a number', line: "sluice group describe payments --json | jq '.[0].lag'" },
  ]);
}
