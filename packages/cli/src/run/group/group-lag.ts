import { formatBrokerAddress } from '@sluice/client/broker-address';
import type { Cluster } from '@sluice/client/cluster';
import type { GroupDescription, GroupMember } from '@sluice/client/group-description';
import { KafkaError } from '@sluice/client/kafka-error';
import { LATEST_TIMESTAMP } from '@sluice/client/list-offsets';
import { logOffsets } from '@sluice/client/log-offsets';
import { partitionKey, type TopicPartition } from '@sluice/client/topic-partition';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { GroupKind, GroupPosition } from './group-kind.ts';

/** How long the end of a partition without a leader is waited for: a description must not hang on it. */
const END_OFFSETS_WAIT_MS = 2_000;

export interface PartitionLag extends TopicPartition {
  /** Null when the group has committed nothing there, or not begun it. */
  readonly offset: number | null;
  /** Null when no leader can say, or the topic is gone. */
  readonly endOffset: number | null;
  /** Null when it is not known. Negative when the log was cut or made anew behind the commit. */
  readonly lag: number | null;
  readonly leaderEpoch: number | null;
  readonly metadata: string | null;
  /** Whom it is assigned to: in a share group there may be many. */
  readonly members: readonly GroupMember[];
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
  kind: GroupKind,
  groupIds: readonly string[],
): Promise<ReadonlyMap<string, GroupLag | KafkaError>> {
  if (groupIds.length === 0) return new Map();
  const described = await kind.describe(cluster, groupIds);
  const found = [...described.values()].flatMap((group) => (group instanceof KafkaError ? [] : [group]));
  const positions = await kind.positions(
    cluster,
    found.map(({ groupId }) => groupId),
  );
  const positionsOf = ({ groupId }: GroupDescription) => positions.get(groupId) ?? [];
  const read = found.flatMap((group) => {
    const own = positionsOf(group);
    return own instanceof KafkaError ? [] : partitionsOf(group, own);
  });
  const unique = [...new Map(read.map((each) => [partitionKey(each), each])).values()];
  const ends = await logOffsets(cluster, unique, LATEST_TIMESTAMP, Math.min(END_OFFSETS_WAIT_MS, cluster.timeoutMs));
  const { brokers, topics } = await cluster.metadata([...new Set(found.flatMap(subscribedTopicsOf))]);
  const missing = new Set(
    topics.flatMap(({ name, errorCode }) => (isMissing(errorCode) && name !== null ? [name] : [])),
  );
  const addresses = new Map(brokers.map(({ nodeId, host, port }) => [nodeId, formatBrokerAddress({ host, port })]));

  function lagOf(group: GroupDescription): GroupLag | KafkaError {
    const own = positionsOf(group);
    if (own instanceof KafkaError) return own;
    const partitions = partitionsOf(group, own).map((each) => withLag(each, ends.get(partitionKey(each))));
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
  readonly position: GroupPosition | undefined;
  readonly members: GroupMember[];
};

/** What members have been given, and where the group stands besides. */
function partitionsOf(group: GroupDescription, positions: readonly GroupPosition[]): readonly Read[] {
  const found = new Map<string, Read>();
  const noted = ({ topic, partition }: TopicPartition, position?: GroupPosition): Read => {
    const key = partitionKey({ topic, partition });
    const read = found.get(key) ?? { topic, partition, position, members: [] };
    found.set(key, read);
    return read;
  };
  for (const position of positions) noted(position, position);
  for (const member of group.members) for (const each of member.assignment) noted(each).members.push(member);
  return [...found.values()];
}

function withLag({ topic, partition, position, members }: Read, end: number | KafkaError | undefined): PartitionLag {
  const endOffset = typeof end === 'number' && end >= 0 ? end : null;
  const offset = position?.offset ?? null;
  const distance = offset === null || endOffset === null ? null : endOffset - offset;
  return {
    topic,
    partition,
    offset,
    endOffset,
    lag: position?.lag === undefined ? distance : position.lag,
    leaderEpoch: position?.leaderEpoch ?? null,
    metadata: position?.metadata ?? null,
    members,
  };
}
