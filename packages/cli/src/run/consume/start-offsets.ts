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

/** Where to begin in each partition, and where to stop. Fails when a partition or an offset does not exist. */
export async function resolvePositions(
  cluster: Cluster,
  allLeaders: ReadonlyMap<number, number>,
  { topic, from, partitions, untilEnd }: PositionsOptions,
): Promise<PartitionPosition[]> {
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
  return [...chosen.keys()].map((partition) => {
    const start = starts.get(partition) ?? 0;
    const end = ends.get(partition) ?? 0;
    const position = positionIn(topic, partition, from, start, end, found?.get(partition) ?? -1);
    return { partition, position, end: untilEnd ? end : Number.POSITIVE_INFINITY };
  });
}

/** `found` is the first offset at or after the wanted time, −1 when every record is older. */
function positionIn(
  topic: string,
  partition: number,
  from: StartPosition,
  start: number,
  end: number,
  found: number,
): number {
  switch (from.kind) {
    case 'beginning':
      return start;
    case 'end':
      return end;
    case 'time':
      return found < 0 ? end : found;
    case 'offset':
      if (from.offset >= start && from.offset <= end) return from.offset;
      throw new CliFailure(
        'not-found',
        `partition ${partition} of ${topic} has no offset ${from.offset}`,
        start === end ? `it is empty, and its next offset is ${end}` : `it holds ${start} to ${end - 1}`,
      );
  }
}
