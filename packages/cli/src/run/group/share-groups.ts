import type { Cluster } from '@sluice/client/cluster';
import { describeShareGroups } from '@sluice/client/describe-share-groups';
import { KafkaError } from '@sluice/client/kafka-error';
import {
  alterShareGroupOffsets,
  deleteShareGroupOffsets,
  describeShareGroupOffsets,
  type ShareGroupOffset,
  type TopicResult,
} from '@sluice/client/share-group-offsets';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { GroupKind, GroupPosition } from './group-kind.ts';

/** Groups whose members take records one by one (KIP-932). */
export const shareGroups: GroupKind = {
  command: 'share-group',
  noun: 'share group',
  types: ['share'],
  hasNoOffsets: 'has read nothing so far',
  describe: describeShareGroups,

  async positions(cluster, groupIds) {
    const described = await describeShareGroupOffsets(cluster, groupIds);
    return new Map([...described].map(([groupId, offsets]) => [groupId, positionsIn(offsets)]));
  },

  setOffsets: alterShareGroupOffsets,

  async deleteOffsets(cluster, groupId, scopes) {
    const topics = [...new Set(scopes.map(({ topic }) => topic))];
    const deleted = await deleteShareGroupOffsets(cluster, groupId, topics);
    const existing = deleted.some(isUnknown) ? await existingTopics(cluster, topics) : new Set<string>();
    return deleted.map((each) => {
      // Of a topic that the group has never read, brokers say the same.
      const hadNone = isUnknown(each) && existing.has(each.topic);
      return { topic: each.topic, partition: null, outcome: hadNone ? 'had none' : (each.error ?? 'deleted') };
    });
  },
};

function isUnknown({ error }: TopicResult): boolean {
  return error?.code === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
}

async function existingTopics(cluster: Cluster, names: readonly string[]): Promise<ReadonlySet<string | null>> {
  const { topics } = await cluster.metadata(names);
  return new Set(topics.flatMap(({ name, errorCode }) => (errorCode === ErrorCode.NONE ? [name] : [])));
}

function positionsIn(offsets: readonly ShareGroupOffset[] | KafkaError): readonly GroupPosition[] | KafkaError {
  if (offsets instanceof KafkaError) return offsets;
  return offsets.map(({ topic, partition, startOffset, leaderEpoch, lag }) => ({
    topic,
    partition,
    offset: startOffset,
    leaderEpoch: startOffset === null ? null : leaderEpoch,
    metadata: null,
    lag,
  }));
}
