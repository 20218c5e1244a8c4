import { Command } from 'commander';
import type { Shell } from '../../shell.ts';
import { withClientOptions } from '../client-options.ts';
import { withExamples } from '../examples.ts';
import type { GroupDescribeOptions } from '../group/describe.ts';
import { withLagOptions } from '../group/lag-options.ts';

export function describeCommand(shell: Shell): Command {
  const command = new Command('describe')
    .summary('show how far share groups are, and their lag')
    .description(
      'Shows state and members of share groups, and for each partition where it starts (all before that is done), ' +
        'where the log ends, how many records are not done yet (the lag), and how many members take records of it. ' +
        'What lags most stands first.',
    )
    .argument('[group...]', 'name of each group, or --all')
    .option('--all', 'all share groups')
    .option('--totals', 'one row a group; a + at its lag: there are partitions that were not read so far besides')
    .action(async (groups: string[], options: GroupDescribeOptions) => {
      const { describeGroupLag } = await import('../../run/group/describe.ts');
      await describeGroupLag(shell, 'share-group', groups, options);
    });
  return withExamples(withClientOptions(withLagOptions(command, ['lag', 'topic'])), [
    { what: 'one group', line: 'sluice share-group describe jobs' },
    { what: 'which queue is longest', line: 'sluice share-group describe --all --totals' },
    { what: 'see it get shorter', line: 'sluice share-group describe jobs --watch' },
    { what: 'its length as a number', line: "sluice share-group describe jobs --json | jq '.[0].lag'" },
  ]);
}
