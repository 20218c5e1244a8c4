import type { NodeId, Offset, TimestampMs } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { listOffsetsRequestCodec } from '@sluice/protocol/generated/messages/list-offsets-request';
import { listOffsetsResponseCodec } from '@sluice/protocol/generated/messages/list-offsets-response';
import type { Cluster } from './cluster.ts';
import { KafkaError } from './kafka-error.ts';
import { isTransient, retry } from './retry.ts';
import { byTopic, partitionKey, type TopicPartition } from './topic-partition.ts';

const LIST_OFFSETS = { request: listOffsetsRequestCodec, response: listOffsetsResponseCodec };

/** What a partition answered, by `partitionKey`; −1 is "no record at or after that time". */
export type LogOffsets = ReadonlyMap<string, Offset | KafkaError>;

/**
 * Asks for an offset of partitions of any topics: the first record at or after a time, or what a special timestamp of
 * `list-offsets.ts` stands for. Partitions that do not exist or have no leader have their error instead. What passes is
 * asked again for `patienceMs`.
 */
export async function logOffsets(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
  timestamp: TimestampMs,
  patienceMs: number = cluster.timeoutMs,
): Promise<LogOffsets> {
  const found = new Map<string, Offset | KafkaError>();
  if (partitions.length === 0) return found;
  try {
    await retry(cluster.clock, patienceMs, async () => {
      const isLeft = (each: TopicPartition) => typeof found.get(partitionKey(each)) !== 'number';
      const leaders = await leadersOf(cluster, partitions.filter(isLeft));
      const byLeader = Map.groupBy(leaders, ({ leader }) => leader);
      let passing: KafkaError | undefined;
      const note = (each: TopicPartition, offset: Offset | KafkaError) => {
        found.set(partitionKey(each), offset);
        if (offset instanceof KafkaError && offset.isRetriable && !isMissing(offset)) passing = offset;
      };
      await Promise.all(
        [...byLeader].map(async ([leader, led]) => {
          if (leader instanceof KafkaError) for (const each of led) note(each, leader);
          else for (const [each, offset] of await askLeader(cluster, leader, led, timestamp)) note(each, offset);
        }),
      );
      if (passing !== undefined) throw passing;
    });
  } catch (error) {
    // Those that answered are worth having without the others.
    if (!(error instanceof KafkaError && isTransient(error))) throw error;
  }
  return found;
}

async function askLeader(
  cluster: Cluster,
  leader: NodeId,
  led: readonly TopicPartition[],
  timestamp: TimestampMs,
): Promise<readonly (readonly [TopicPartition, Offset | KafkaError])[]> {
  const broker = await cluster.broker(leader);
  const response = await broker.request(LIST_OFFSETS, () => ({
    replicaId: -1,
    isolationLevel: 0,
    topics: byTopic(led).map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partition }) => ({ partitionIndex: partition, timestamp })),
    })),
  }));
  return response.topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partitionIndex, errorCode, offset }) => {
      const each = { topic: name, partition: partitionIndex };
      return [each, errorCode === ErrorCode.NONE ? offset : new KafkaError(errorCode, null)] as const;
    }),
  );
}

async function leadersOf(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
): Promise<readonly (TopicPartition & { readonly leader: NodeId | KafkaError })[]> {
  const { topics } = await cluster.metadata([...new Set(partitions.map(({ topic }) => topic))]);
  const leaders = new Map<string, NodeId | KafkaError>();
  for (const { name, errorCode, partitions: described } of topics) {
    const topic = name ?? '';
    if (errorCode !== ErrorCode.NONE) leaders.set(topic, new KafkaError(errorCode, null));
    for (const { partitionIndex: partition, leaderId } of described) {
      const leader = leaderId >= 0 ? leaderId : new KafkaError(ErrorCode.LEADER_NOT_AVAILABLE, null);
      leaders.set(partitionKey({ topic, partition }), leader);
    }
  }
  return partitions.map((each) => ({
    ...each,
    leader:
      leaders.get(partitionKey(each)) ??
      leaders.get(each.topic) ??
      new KafkaError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, null),
  }));
}

/** A topic that is not there would be waited for: its error counts as one that passes, right after its creation. */
function isMissing({ code }: KafkaError): boolean {
  return code === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
}
