import type { GroupMember } from '@sluice/client/group-description';
import type { Look, Style } from '../../output/style.ts';
import { type Column, formatPairs, formatTable } from '../../output/table.ts';
import { formatCount, plural } from '../../output/units.ts';
import { visibleText } from '../../output/visible-text.ts';
import { describeState, groupPairs, hostOf, stateLook } from './format-group.ts';
import type { GroupLag, PartitionLag } from './group-lag.ts';
import { type LagSort, sortPartitions } from './lag-order.ts';

const NONE = '-';

const TOPIC: Column<PartitionLag> = { title: 'TOPIC', value: ({ topic }) => topic, shorten: true };
const PARTITION: Column<PartitionLag> = { title: 'PARTITION', value: ({ partition }) => partition, align: 'right' };
const END: Column<PartitionLag> = {
  title: 'END',
  value: ({ endOffset }) => countOr(endOffset, '?'),
  align: 'right',
};
const LAG: Column<PartitionLag> = {
  title: 'LAG',
  value: ({ lag }) => countOr(lag, NONE),
  align: 'right',
  look: lagLook,
};

const PARTITION_COLUMNS: readonly Column<PartitionLag>[] = [
  TOPIC,
  PARTITION,
  { title: 'OFFSET', value: ({ offset }) => countOr(offset, NONE), align: 'right' },
  END,
  LAG,
  { title: 'MEMBER', value: ({ members }) => namesOf(members, ({ memberId }) => visibleText(memberId)), shorten: true },
  { title: 'HOST', value: ({ members }) => namesOf(members, hostOf) },
  { title: 'CLIENT', value: ({ members }) => namesOf(members, ({ clientId }) => visibleText(clientId)), shorten: true },
];

/** Of a share group: everything before START is done; between it and END some may be, and do not lag. */
const SHARE_PARTITION_COLUMNS: readonly Column<PartitionLag>[] = [
  TOPIC,
  PARTITION,
  { title: 'START', value: ({ offset }) => countOr(offset, NONE), align: 'right' },
  END,
  LAG,
  { title: 'MEMBERS', value: ({ members }) => formatCount(members.length), align: 'right' },
];

const TOTAL_COLUMNS: readonly Column<GroupLag>[] = [
  { title: 'GROUP', value: ({ group }) => visibleText(group.groupId), shorten: true },
  { title: 'LAG', value: formatTotal, align: 'right', look: stateLookWhenBehind },
  { title: 'PARTITIONS', value: ({ partitions }) => formatCount(partitions.length), align: 'right' },
  { title: 'MEMBERS', value: ({ group }) => formatCount(group.members.length), align: 'right' },
  { title: 'STATE', value: describeState, look: stateLook, wrapAfter: ' ' },
];

/** A group with a row for each partition. */
export function formatGroupLag(lagging: GroupLag, sort: LagSort, style: Style, columns: number | undefined): string {
  const pairs = groupPairs(lagging, style);
  pairs.push(['Lag', describeTotal(lagging)]);
  const head = formatPairs(pairs, style);
  if (lagging.partitions.length === 0) return head;
  const shown = lagging.group.type === 'share' ? SHARE_PARTITION_COLUMNS : PARTITION_COLUMNS;
  return `${head}\n${formatTable(sortPartitions(lagging.partitions, sort), shown, style, columns)}`;
}

/** One row a group. */
export function formatTotals(groups: readonly GroupLag[], style: Style, columns: number | undefined): string {
  return formatTable(groups, TOTAL_COLUMNS, style, columns);
}

function describeTotal({ group, lag, partitions }: GroupLag): string {
  const isShared = group.type === 'share';
  if (partitions.length === 0) {
    return isShared ? 'no partition was read so far' : 'nothing was committed, and no partition is assigned';
  }
  const uncommitted = partitions.filter(({ offset }) => offset === null).length;
  const doneCount = isShared ? partitions.reduce((sum, partition) => sum + doneBehindStart(partition), 0) : 0;
  const endless = partitions.filter(({ endOffset }) => endOffset === null).length;
  const parts = [
    `${plural(lag, 'record')} in ${plural(partitions.length, 'partition')}`,
    ...(uncommitted === 0
      ? []
      : [`${formatCount(uncommitted)} of them ${isShared ? 'not read so far' : 'without a commit'}`]),
    ...(doneCount === 0 ? [] : [`${plural(doneCount, 'record')} between START and END done already`]),
    ...(endless === 0 ? [] : [`${formatCount(endless)} without a known end`]),
  ];
  return parts.join(', ');
}

/** Of a share group: accepted, or given up, in another order than that of the log. */
function doneBehindStart({ offset, endOffset, lag }: PartitionLag): number {
  return offset === null || endOffset === null || lag === null ? 0 : Math.max(0, endOffset - offset - lag);
}

/** With a plus where partitions that hold records have no commit: they may be far behind. */
function formatTotal({ lag, partitions }: GroupLag): string {
  const isMore = partitions.some((partition) => partition.lag === null && partition.endOffset !== 0);
  return `${formatCount(lag)}${isMore ? '+' : ''}`;
}

/** What lags while nobody reads it will not get better by itself. */
function lagLook({ lag, members }: PartitionLag): Look | undefined {
  if (lag === null || lag <= 0) return undefined;
  return members.length === 0 ? 'red' : 'yellow';
}

function stateLookWhenBehind(lagging: GroupLag): Look | undefined {
  if (lagging.lag === 0) return undefined;
  return lagging.group.members.length === 0 ? 'red' : 'yellow';
}

/** More than one only in passing, where members are not shared with. */
function namesOf(members: readonly GroupMember[], name: (member: GroupMember) => string): string {
  return members.map(name).join(', ') || NONE;
}

function countOr(count: number | null, absent: string): string {
  return count === null ? absent : formatCount(count);
}
