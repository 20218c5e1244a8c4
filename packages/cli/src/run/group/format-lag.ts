import type { Look, Style } from '../../output/style.ts';
import { type Column, formatPairs, formatTable } from '../../output/table.ts';
import { formatCount, plural } from '../../output/units.ts';
import { visibleText } from '../../output/visible-text.ts';
import { describeState, groupPairs, stateLook } from './format-group.ts';
import type { GroupLag, PartitionLag } from './group-lag.ts';
import { type LagSort, sortPartitions } from './lag-order.ts';

const NONE = '-';

const PARTITION_COLUMNS: readonly Column<PartitionLag>[] = [
  { title: 'TOPIC', value: ({ topic }) => topic, shorten: true },
  { title: 'PARTITION', value: ({ partition }) => partition, align: 'right' },
  { title: 'OFFSET', value: ({ offset }) => countOr(offset, NONE), align: 'right' },
  { title: 'END', value: ({ endOffset }) => countOr(endOffset, '?'), align: 'right' },
  { title: 'LAG', value: ({ lag }) => countOr(lag, NONE), align: 'right', look: lagLook },
  { title: 'MEMBER', value: ({ member }) => visibleText(member?.memberId ?? NONE), shorten: true },
  { title: 'HOST', value: ({ member }) => hostOf(member?.host) },
  { title: 'CLIENT', value: ({ member }) => visibleText(member?.clientId ?? NONE), shorten: true },
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
  return `${head}\n${formatTable(sortPartitions(lagging.partitions, sort), PARTITION_COLUMNS, style, columns)}`;
}

/** One row a group. */
export function formatTotals(groups: readonly GroupLag[], style: Style, columns: number | undefined): string {
  return formatTable(groups, TOTAL_COLUMNS, style, columns);
}

function describeTotal({ lag, partitions }: GroupLag): string {
  if (partitions.length === 0) return 'nothing was committed, and no partition is assigned';
  const uncommitted = partitions.filter(({ offset }) => offset === null).length;
  const endless = partitions.filter(({ endOffset }) => endOffset === null).length;
  const parts = [
    `${plural(lag, 'record')} in ${plural(partitions.length, 'partition')}`,
    ...(uncommitted === 0 ? [] : [`${formatCount(uncommitted)} of them without a commit`]),
    ...(endless === 0 ? [] : [`${formatCount(endless)} without a known end`]),
  ];
  return parts.join(', ');
}

/** With a plus where partitions that hold records have no commit: they may be far behind. */
function formatTotal({ lag, partitions }: GroupLag): string {
  const isMore = partitions.some((partition) => partition.lag === null && partition.endOffset !== 0);
  return `${formatCount(lag)}${isMore ? '+' : ''}`;
}

/** What lags while nobody reads it will not get better by itself. */
function lagLook({ lag, member }: PartitionLag): Look | undefined {
  if (lag === null || lag <= 0) return undefined;
  return member === null ? 'red' : 'yellow';
}

function stateLookWhenBehind(lagging: GroupLag): Look | undefined {
  if (lagging.lag === 0) return undefined;
  return lagging.group.members.length === 0 ? 'red' : 'yellow';
}

/** Kafka's brokers put a slash before an address that they have no name for. */
function hostOf(host: string | undefined): string {
  return visibleText(host?.replace(/^\//, '') ?? NONE);
}

function countOr(count: number | null, absent: string): string {
  return count === null ? absent : formatCount(count);
}
