import { type Command, Option } from 'commander';
import { duration } from '../../input/option-parsers.ts';
import type { LagSort } from '../../run/group/lag-order.ts';

/** How lag is shown, of groups of any kind. */
export function withLagOptions(command: Command, sorts: readonly LagSort[]): Command {
  return command
    .addOption(new Option('--sort <order>', 'what the rows are ordered by').choices(sorts).default('lag'))
    .option(
      '-w, --watch',
      'look again and again until Ctrl-C; in a pipe, print rows (or lines of JSON) that begin with the time',
    )
    .addOption(
      new Option('--interval <duration>', 'how long --watch waits between two looks')
        .argParser(duration)
        .default(2_000, '2s'),
    );
}
