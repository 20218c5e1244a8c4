import { assert } from '@sluice/kernel/assert';
import type { NodeId, Uuid } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { Cluster } from './cluster.ts';
import { KafkaError } from './kafka-error.ts';

export interface TopicPartitions {
  readonly topicId: Uuid;
  /** Leader of each partition, −1 where there is none. */
  readonly leaders: ReadonlyMap<number, NodeId>;
}

/** Asks for a topic's partitions. Fails with `KafkaError` when it cannot be described. */
export async function topicPartitions(
  cluster: Cluster,
  topic: string,
  options: { allowAutoTopicCreation?: boolean } = {},
): Promise<TopicPartitions> {
  const metadata = await cluster.metadata([topic], options);
  const described = metadata.topics[0];
  assert(described !== undefined, 'a topic that was asked for is answered');
  if (described.errorCode !== ErrorCode.NONE) throw new KafkaError(described.errorCode, null);
  const leaders = described.partitions.map(({ partitionIndex, leaderId }) => [partitionIndex, leaderId] as const);
  return { topicId: described.topicId, leaders: new Map(leaders.sort(([a], [b]) => a - b)) };
}
