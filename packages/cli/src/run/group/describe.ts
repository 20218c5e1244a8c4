import type { GroupDescribeOptions } from '../../commands/group/describe.ts';
import { printJson, printText } from '../../output/print.ts';
import { styleFor } from '../../output/style.ts';
import type { Shell } from '../../shell.ts';
import { throwFailures } from '../explain-failure.ts';
import { withCluster } from '../with-cluster.ts';
import { type ChosenGroups, collectChosen, namedOrAll } from './chosen-groups.ts';
import { formatGroupLag, formatTotals } from './format-lag.ts';
import { lagToJson } from './group-json.ts';
import { type GroupCommand, type GroupKind, groupKind } from './group-kind.ts';
import { sortGroups } from './lag-order.ts';
import { watchGroups } from './watch.ts';

/** `sluice group describe` and `sluice share-group describe` */
export async function describeGroupLag(
  shell: Shell,
  command: GroupCommand,
  names: readonly string[],
  options: GroupDescribeOptions,
): Promise<void> {
  const named = namedOrAll(names, options.all);
  const kind = groupKind(command);
  if (options.watch) return await watchGroups(shell, kind, named, options);
  const chosen = await withCluster(shell, options, (cluster) => collectChosen(cluster, kind, named));
  await print(shell, kind, chosen, options);
  throwFailures(chosen.failures);
}

async function print(
  shell: Shell,
  kind: GroupKind,
  chosen: ChosenGroups,
  options: GroupDescribeOptions,
): Promise<void> {
  const groups = sortGroups(chosen.groups, options.sort);
  if (options.json) {
    return await printJson(
      shell,
      groups.map((group) => lagToJson(group, options.sort, options.totals === true)),
    );
  }
  if (groups.length === 0) {
    if (chosen.failures.length === 0) await shell.stderr.write(`there are no ${kind.noun}s\n`);
    return;
  }
  await printText(shell, formatGroups(shell, groups, options));
}

/** What is shown of groups, whether once or again and again. */
export function formatGroups(
  { stdout }: Shell,
  groups: ChosenGroups['groups'],
  { sort, totals }: GroupDescribeOptions,
): string {
  const style = styleFor(stdout);
  if (totals) return formatTotals(groups, style, stdout.columns);
  return groups.map((group) => formatGroupLag(group, sort, style, stdout.columns)).join('\n');
}
