import type { Cluster } from '@sluice/client/cluster';
import { KafkaError } from '@sluice/client/kafka-error';
import { listGroups } from '@sluice/client/list-groups';
import { CliFailure } from '../../failure.ts';
import type { GroupKind } from './group-kind.ts';
import { collectGroups, type GroupLag } from './group-lag.ts';
import { groupRefusal } from './group-refusal.ts';

export interface ChosenGroups {
  readonly groups: readonly GroupLag[];
  /** Of those that were asked for by name. */
  readonly failures: readonly CliFailure[];
}

/** The groups that were named, or all of the kind. */
export async function collectChosen(
  cluster: Cluster,
  kind: GroupKind,
  named: readonly string[] | 'all',
): Promise<ChosenGroups> {
  const groupIds = named === 'all' ? await groupsOfKind(cluster, kind) : [...new Set(named)];
  const groups: GroupLag[] = [];
  const failures: CliFailure[] = [];
  for (const [groupId, group] of await collectGroups(cluster, kind, groupIds)) {
    if (!(group instanceof KafkaError)) groups.push(group);
    // One that went away since it was listed is no failure.
    else if (named !== 'all') failures.push(await groupRefusal(cluster, kind, groupId, group));
  }
  return { groups, failures };
}

async function groupsOfKind(cluster: Cluster, { types }: GroupKind): Promise<readonly string[]> {
  const listed = await listGroups(cluster);
  return listed.filter(({ groupType }) => types.includes(groupType.toLowerCase())).map(({ groupId }) => groupId);
}

/** Names, or --all instead of them. */
export function namedOrAll(names: readonly string[], all: boolean | undefined): readonly string[] | 'all' {
  if (all && names.length > 0) throw new CliFailure('usage', 'groups were named beside --all', 'give one of the two');
  if (!all && names.length === 0) throw new CliFailure('usage', 'no group was named', 'name groups, or give --all');
  return all ? 'all' : names;
}
