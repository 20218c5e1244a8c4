import type { Cluster } from '@sluice/client/cluster';
import { KafkaError } from '@sluice/client/kafka-error';
import { listGroups } from '@sluice/client/list-groups';
import { CliFailure } from '../../failure.ts';
import { refusal } from '../explain-failure.ts';
import { collectGroups, type GroupLag } from './group-lag.ts';

export interface ChosenGroups {
  readonly groups: readonly GroupLag[];
  /** Of those that were asked for by name. */
  readonly failures: readonly CliFailure[];
}

/** The groups that were named, or all of classic and consumer type. */
export async function collectChosen(cluster: Cluster, named: readonly string[] | 'all'): Promise<ChosenGroups> {
  const groupIds = named === 'all' ? await describableGroups(cluster) : [...new Set(named)];
  const groups: GroupLag[] = [];
  const failures: CliFailure[] = [];
  for (const [groupId, group] of await collectGroups(cluster, groupIds)) {
    if (!(group instanceof KafkaError)) groups.push(group);
    // One that went away since it was listed is no failure.
    else if (named !== 'all') failures.push(refusal(`group ${groupId}`, group));
  }
  return { groups, failures };
}

/** Share and streams groups have neither assignments nor offsets of this kind. */
async function describableGroups(cluster: Cluster): Promise<readonly string[]> {
  const listed = await listGroups(cluster);
  return listed
    .filter(({ groupType }) => ['', 'classic', 'consumer'].includes(groupType.toLowerCase()))
    .map(({ groupId }) => groupId);
}

/** Names, or --all instead of them. */
export function namedOrAll(names: readonly string[], all: boolean | undefined): readonly string[] | 'all' {
  if (all && names.length > 0) throw new CliFailure('usage', 'groups were named beside --all', 'give one of the two');
  if (!all && names.length === 0) throw new CliFailure('usage', 'no group was named', 'name groups, or give --all');
  return all ? 'all' : names;
}
