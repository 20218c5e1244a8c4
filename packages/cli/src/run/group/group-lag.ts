import { formatBrokerAddress } from '@sluice/client/broker-address';
import type { Cluster } from '@sluice/client/cluster';
import { describeGroups, type GroupDescription, type GroupMember } from '@sluice/client/describe-groups';
import { type CommittedOffset, fetchGroupOffsets } from '@sluice/client/group-offsets';
import { KafkaError } from '@sluice/client/kafka-error';
import { LATEST_TIMESTAMP } from '@sluice/client/list-offsets';
import { logOffsets } from '@sluice/client/log-offsets';
import { partitionKey, type TopicPartition } from '@sluice/client/topic-partition';
import { ErrorCode } from '@sluice/protocol/generated/errors';

/** How long the end of a partition without a leader is waited for: a description must not hang on it. */
const END_OFFSETS_WAIT_MS = 2_000;

export interface PartitionLag extends TopicPartition {
  /** Null when the group has committed nothing there. */
  readonly offset: number | null;
  /** Null when no leader can say, or the topic is gone. */
  readonly endOffset: number | null;
  /** Null when one of the two is. Negative when the log was cut or made anew behind the commit. */
  readonly lag: number | null;
  readonly leaderEpoch: number | null;
  readonly metadata: string | null;
  /** Null when nobody reads it. */
  readonly member: GroupMember | null;
}

export interface GroupLag {
  readonly group: GroupDescription;
  readonly coordinatorAddress: string;
  readonly partitions: readonly PartitionLag[];
  /** Topics that members subscribe to by name, and that do not exist. */
  readonly missingTopics: readonly string[];
  /** Over all partitions whose lag is known. */
  readonly lag: number;
}

/** Groups with their lag; a group that cannot be described has its error instead. */
export async function collectGroups(
  cluster: Cluster,
  groupIds: readonly string[],
): Promise<ReadonlyMap<string, GroupLag | KafkaError>> {
  if (groupIds.length === 0) return new Map();
  const described = await describeGroups(cluster, groupIds);
  const found = [...described.values()].flatMap((group) => (group instanceof KafkaError ? [] : [group]));
  const committed = await fetchGroupOffsets(
    cluster,
    found.map(({ groupId }) => groupId),
  );
  const offsetsOf = ({ groupId }: GroupDescription) => committed.get(groupId) ?? [];
  const read = found.flatMap((group) => {
    const offsets = offsetsOf(group);
    return offsets instanceof KafkaError ? [] : partitionsOf(group, offsets);
  });
  const unique = [...new Map(read.map((each) => [partitionKey(each), each])).values()];
  const ends = await logOffsets(cluster, unique, LATEST_TIMESTAMP, Math.min(END_OFFSETS_WAIT_MS, cluster.timeoutMs));
  const { brokers, topics } = await cluster.metadata([...new Set(found.flatMap(subscribedTopicsOf))]);
  const missing = new Set(
    topics.flatMap(({ name, errorCode }) => (isMissing(errorCode) && name !== null ? [name] : [])),
  );
  const addresses = new Map(brokers.map(({ nodeId, host, port }) => [nodeId, formatBrokerAddress({ host, port })]));

  function lagOf(group: GroupDescription): GroupLag | KafkaError {
    const offsets = offsetsOf(group);
    if (offsets instanceof KafkaError) return offsets;
    const partitions = partitionsOf(group, offsets).map((each) => withLag(each, ends.get(partitionKey(each))));
    return {
      group,
      coordinatorAddress: addresses.get(group.coordinator) ?? '?',
      partitions,
      missingTopics: [...new Set(subscribedTopicsOf(group))].filter((name) => missing.has(name)).sort(),
      lag: partitions.reduce((sum, { lag }) => sum + Math.max(0, lag ?? 0), 0),
    };
  }

  return new Map(
    [...described].map(([groupId, group]) => [groupId, group instanceof KafkaError ? group : lagOf(group)]),
  );
}

function subscribedTopicsOf({ members }: GroupDescription): readonly string[] {
  return members.flatMap(({ subscribedTopics }) => subscribedTopics);
}

function isMissing(errorCode: number): boolean {
  return errorCode === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION || errorCode === ErrorCode.INVALID_TOPIC_EXCEPTION;
}

type Read = TopicPartition & {
  readonly committed: CommittedOffset | undefined;
  readonly member: GroupMember | null;
};

/** What members have been given, and what was committed and is nobody's now. */
function partitionsOf(group: GroupDescription, offsets: readonly CommittedOffset[]): readonly Read[] {
  const left = new Map(offsets.map((each) => [partitionKey(each), each]));
  const assigned = group.members.flatMap((member) =>
    member.assignment.map(({ topic, partition }) => {
      const key = partitionKey({ topic, partition });
      const committed = left.get(key);
      left.delete(key);
      return { topic, partition, committed, member };
    }),
  );
  const others = [...left.values()].map((committed) => ({
    topic: committed.topic,
    partition: committed.partition,
    committed,
    member: null,
  }));
  return [...assigned, ...others];
}

function withLag({ topic, partition, committed, member }: Read, end: number | KafkaError | undefined): PartitionLag {
  const endOffset = typeof end === 'number' && end >= 0 ? end : null;
  const offset = committed?.offset ?? null;
  return {
    topic,
    partition,
    offset,
    endOffset,
    lag: offset === null || endOffset === null ? null : endOffset - offset,
    leaderEpoch: committed === undefined || committed.leaderEpoch < 0 ? null : committed.leaderEpoch,
    metadata: committed?.metadata ?? null,
    member,
  };
}
