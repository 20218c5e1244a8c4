import type { Cluster } from '@sluice/client/cluster';
import { EARLIEST_TIMESTAMP, LATEST_TIMESTAMP, listOffsets } from '@sluice/client/list-offsets';
import type { PartitionPosition } from '@sluice/client/partition-reader';
import { CliFailure } from '../../failure.ts';
import type { StartPosition } from '../../input/start-position.ts';
import { noPartition } from '../explain-failure.ts';

export interface PositionsOptions {
  readonly topic: string;
  readonly from: StartPosition;
  /** Undefined: all. */
  readonly partitions: readonly number[] | undefined;
  readonly untilEnd: boolean;
}

export interface Positions {
  readonly positions: readonly PartitionPosition[];
  /** Where the wanted offset does not exist; of those only that were not named. */
  readonly leftOut: readonly number[];
}

/**
 * Where to begin in each partition, and where to stop. Fails when a partition does not exist, or an offset in one that
 * was named, or in all of them.
 */
export async function resolvePositions(
  cluster: Cluster,
  allLeaders: ReadonlyMap<number, number>,
  { topic, from, partitions, untilEnd }: PositionsOptions,
): Promise<Positions> {
  for (const partition of partitions ?? []) {
    if (allLeaders.has(partition)) continue;
    throw noPartition(topic, partition, allLeaders.size);
  }
  const chosen = new Map([...allLeaders].filter(([partition]) => partitions?.includes(partition) ?? true));
  const offsetsAt = (timestamp: number) => listOffsets(cluster, topic, chosen, timestamp);
  const [starts, ends, found] = await Promise.all([
    offsetsAt(EARLIEST_TIMESTAMP),
    offsetsAt(LATEST_TIMESTAMP),
    from.kind === 'time' ? offsetsAt(from.timestampMs) : undefined,
  ]);
  const positions: PartitionPosition[] = [];
  const failures = new Map<number, CliFailure>();
  for (const partition of chosen.keys()) {
    const start = starts.get(partition) ?? 0;
    const end = ends.get(partition) ?? 0;
    const position = positionIn(from, start, end, found?.get(partition) ?? -1);
    if (position === undefined) failures.set(partition, noOffset(topic, partition, from, start, end));
    else positions.push({ partition, position, end: untilEnd ? end : Number.POSITIVE_INFINITY });
  }
  const [failure] = failures.values();
  if (failure !== undefined && (partitions !== undefined || positions.length === 0)) throw failure;
  return { positions, leftOut: [...failures.keys()].sort((a, b) => a - b) };
}

/** `found` is the first offset at or after the wanted time, −1 when every record is older. Undefined: it is not there. */
function positionIn(from: StartPosition, start: number, end: number, found: number): number | undefined {
  switch (from.kind) {
    case 'beginning':
      return start;
    case 'end':
      return end;
    case 'time':
      return found < 0 ? end : found;
    case 'offset':
      return from.offset >= start && from.offset <= end ? from.offset : undefined;
  }
}

function noOffset(topic: string, partition: number, from: StartPosition, start: number, end: number): CliFailure {
  return new CliFailure(
    'not-found',
    `partition ${partition} of ${topic} has no offset ${from.kind === 'offset' ? from.offset : ''}`,
    start === end ? `it is empty, and its next offset is ${end}` : `it holds ${start} to ${end - 1}`,
  );
}
