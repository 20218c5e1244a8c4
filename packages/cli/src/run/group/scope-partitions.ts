import type { Cluster } from '@sluice/client/cluster';
import { KafkaError } from '@sluice/client/kafka-error';
import { retry } from '@sluice/client/retry';
import { partitionKey, type TopicPartition } from '@sluice/client/topic-partition';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { TopicScope } from '../../input/topic-scope.ts';

export interface ResolvedScope {
  readonly partitions: readonly TopicPartition[];
  /** Topics whose partitions were asked for as a whole and cannot be known. */
  readonly unknownTopics: ReadonlyMap<string, KafkaError>;
}

/** The partitions that were meant; those that were named by number are taken as they are. */
export async function resolveScope(cluster: Cluster, scopes: readonly TopicScope[]): Promise<ResolvedScope> {
  const partitions = new Map<string, TopicPartition>();
  const add = (each: TopicPartition) => partitions.set(partitionKey(each), each);
  for (const { topic, partitions: named } of scopes) for (const partition of named ?? []) add({ topic, partition });
  const whole = [...new Set(scopes.filter((scope) => scope.partitions === undefined).map(({ topic }) => topic))];
  const unknownTopics = new Map<string, KafkaError>();
  if (whole.length > 0) {
    const { topics } = await cluster.metadata(whole);
    for (const { name, errorCode, partitions: described } of topics) {
      const topic = name ?? '';
      if (errorCode !== ErrorCode.NONE) unknownTopics.set(topic, new KafkaError(errorCode, null));
      else for (const { partitionIndex } of described) add({ topic, partition: partitionIndex });
    }
  }
  return { partitions: sorted([...partitions.values()]), unknownTopics };
}

/** Partitions that do not exist, and those without a leader, which can be asked for no offset. */
export async function unusablePartitions(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
): Promise<{ readonly missing: readonly TopicPartition[]; readonly leaderless: readonly TopicPartition[] }> {
  if (partitions.length === 0) return { missing: [], leaderless: [] };
  const { topics } = await retry(cluster.clock, cluster.timeoutMs, () =>
    cluster.metadata([...new Set(partitions.map(({ topic }) => topic))]),
  );
  const leaders = new Map(
    topics.flatMap(({ name, partitions: described }) =>
      described.map(({ partitionIndex, leaderId }) => [
        partitionKey({ topic: name ?? '', partition: partitionIndex }),
        leaderId,
      ]),
    ),
  );
  return {
    missing: partitions.filter((each) => !leaders.has(partitionKey(each))),
    leaderless: partitions.filter((each) => (leaders.get(partitionKey(each)) ?? 0) < 0),
  };
}

export function sorted<Each extends TopicPartition>(partitions: readonly Each[]): readonly Each[] {
  return partitions.toSorted((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1));
}
