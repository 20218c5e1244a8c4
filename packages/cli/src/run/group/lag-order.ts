import type { GroupLag, PartitionLag } from './group-lag.ts';

export type LagSort = 'lag' | 'topic' | 'member';

/** The worst first, unless told otherwise. */
export function sortPartitions(partitions: readonly PartitionLag[], sort: LagSort): readonly PartitionLag[] {
  const byPlace = (a: PartitionLag, b: PartitionLag) => compare(a.topic, b.topic) || a.partition - b.partition;
  switch (sort) {
    case 'topic':
      return partitions.toSorted(byPlace);
    case 'member':
      return partitions.toSorted((a, b) => compare(firstMember(a), firstMember(b)) || byPlace(a, b));
    case 'lag':
      return partitions.toSorted((a, b) => lagForOrder(b) - lagForOrder(a) || byPlace(a, b));
  }
}

export function sortGroups(groups: readonly GroupLag[], sort: LagSort): readonly GroupLag[] {
  const byName = (a: GroupLag, b: GroupLag) => compare(a.group.groupId, b.group.groupId);
  return groups.toSorted((a, b) => (sort === 'lag' ? b.lag - a.lag : 0) || byName(a, b));
}

/** What nobody knows the lag of may be far behind: it stands above what is known to be read. */
function lagForOrder({ lag, endOffset }: PartitionLag): number {
  if (lag !== null) return lag;
  return endOffset === 0 ? -1 : 0.5;
}

function firstMember({ members }: PartitionLag): string {
  return members[0]?.memberId ?? '';
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
