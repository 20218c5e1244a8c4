import type { Cluster } from '@sluice/client/cluster';
import { KafkaError } from '@sluice/client/kafka-error';
import { EARLIEST_TIMESTAMP, LATEST_TIMESTAMP } from '@sluice/client/list-offsets';
import { type LogOffsets, logOffsets } from '@sluice/client/log-offsets';
import { partitionKey, type TopicPartition } from '@sluice/client/topic-partition';
import { CliFailure } from '../../../failure.ts';
import { refusal } from '../../explain-failure.ts';
import type { GroupPosition } from '../group-kind.ts';
import { unusablePartitions } from '../scope-partitions.ts';
import type { WantedOffset } from './offsets-file.ts';
import type { PartitionFacts } from './plan.ts';
import type { ResetTarget } from './reset-target.ts';

/** Asks for what is needed to plan. Fails when a partition does not exist or cannot be asked: all or nothing. */
export async function collectFacts(
  cluster: Cluster,
  target: ResetTarget,
  partitions: readonly (TopicPartition | WantedOffset)[],
  positions: readonly GroupPosition[],
): Promise<readonly PartitionFacts[]> {
  const { missing, leaderless } = await unusablePartitions(cluster, partitions);
  if (missing.length > 0) {
    throw new CliFailure('not-found', `there is no ${nameAll(missing)}`, '`sluice topic describe` shows what there is');
  }
  if (leaderless.length > 0) {
    throw new CliFailure('unreachable', `${nameAll(leaderless)} without a leader`, 'try again when it has one');
  }
  const [starts, ends, found] = await Promise.all([
    logOffsets(cluster, partitions, EARLIEST_TIMESTAMP),
    logOffsets(cluster, partitions, LATEST_TIMESTAMP),
    target.kind === 'time' ? logOffsets(cluster, partitions, target.timestampMs) : undefined,
  ]);
  const known = new Map(positions.map((each) => [partitionKey(each), each]));
  return partitions.map((each) => ({
    topic: each.topic,
    partition: each.partition,
    current: known.get(partitionKey(each))?.offset ?? null,
    lag: known.get(partitionKey(each))?.lag ?? null,
    startOffset: knownOffset(each, starts),
    endOffset: knownOffset(each, ends),
    ...(found === undefined ? {} : { found: knownOffset(each, found) }),
    ...('offset' in each ? { wanted: each.offset } : {}),
  }));
}

function knownOffset(each: TopicPartition, offsets: LogOffsets): number {
  const offset = offsets.get(partitionKey(each));
  if (typeof offset === 'number') return offset;
  const what = `partition ${each.partition} of ${each.topic}`;
  if (offset instanceof KafkaError) throw refusal(what, offset);
  throw new CliFailure('unreachable', `${what} was not answered for`, 'try again');
}

function nameAll(partitions: readonly TopicPartition[]): string {
  return partitions.map(({ topic, partition }) => `partition ${partition} of ${topic}`).join(', ');
}
