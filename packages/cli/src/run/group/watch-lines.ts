import type { GroupDescribeOptions } from '../../commands/group/describe.ts';
import type { GroupLag, PartitionLag } from './group-lag.ts';
import { sortPartitions } from './lag-order.ts';

/**
 * What a watch prints into a pipe: a row a partition, or a group, with tabs between its columns; numbers as they are,
 * for the next program. The columns: time, group, topic, partition, offset, end, lag, members.
 */
export function formatWatchLines(
  time: string,
  groups: readonly GroupLag[],
  { sort, totals }: GroupDescribeOptions,
): readonly string[] {
  if (totals) {
    return groups.map(({ group, lag }) => [time, group.groupId, group.state, group.members.length, lag].join('\t'));
  }
  return groups.flatMap(({ group, partitions }) =>
    sortPartitions(partitions, sort).map((partition) => [time, group.groupId, ...cellsOf(partition)].join('\t')),
  );
}

function cellsOf({ topic, partition, offset, endOffset, lag, members }: PartitionLag): readonly (string | number)[] {
  const memberIds = members.map(({ memberId }) => memberId).join(',');
  return [topic, partition, offset ?? '-', endOffset ?? '-', lag ?? '-', memberIds || '-'];
}
