/*
 * CreatePartitions: a topic grows to a count; it never shrinks. Existing partitions stay as they are.
 */
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { PartitionState, TopicImage } from '../image/cluster-image.ts';
import { partitionKey, topicKey } from '../image/keys.ts';
import { encodePartition, encodeTopic } from '../image/values.ts';
import { apiError } from './api-error.ts';
import { type AssignedPartitions, assignChosenPartitions, assignPartitions } from './assign-partitions.ts';
import { CREATE_PARTITION_COUNT_MAX } from './create-topics.ts';
import type { ApiError, Decided, DecisionContext, Write } from './decision.ts';
import { duplicates } from './duplicates.ts';
import type { CreatePartitionsReply, CreatePartitionsRequest } from './requests.ts';

type GrownTopic = CreatePartitionsRequest['topics'][number];

export function createPartitions(
  context: DecisionContext,
  request: CreatePartitionsRequest,
): Decided<CreatePartitionsReply> {
  const repeated = duplicates(request.topics.map((topic) => topic.name));
  const results: (ApiError & { name: string })[] = Array.from(repeated, (name) => ({
    name,
    ...apiError(ErrorCode.INVALID_REQUEST, 'Duplicate topic name.'),
  }));
  const writes: Write[] = [];
  let createdCount = 0;
  for (const topic of request.topics) {
    if (repeated.has(topic.name)) continue;
    const current = context.image.topicsByName.get(topic.name);
    const room = CREATE_PARTITION_COUNT_MAX - createdCount;
    const grown = current === undefined ? unknownTopic : growTopic(context, topic, current, room);
    if (grown.ok && current !== undefined) {
      createdCount += grown.states.length;
      writes.push(growth(current, grown.states));
    }
    results.push({ name: topic.name, ...(grown.ok ? apiError(ErrorCode.NONE) : grown.error) });
  }
  return { writes: request.validateOnly ? [] : writes, reply: { results } };
}

const unknownTopic: AssignedPartitions = { ok: false, error: apiError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION) };

function growTopic(
  { image, random }: DecisionContext,
  { name, count, assignments }: GrownTopic,
  current: TopicImage,
  room: number,
): AssignedPartitions {
  const added = count - current.partitions.length;
  if (added === 0) return refuse(ErrorCode.INVALID_PARTITIONS, `Topic already has ${count} partition(s).`);
  if (added < 0) {
    const message = `Topic ${name} has ${current.partitions.length} partition(s); ${count} would not be an increase.`;
    return refuse(ErrorCode.INVALID_PARTITIONS, message);
  }
  if (assignments !== null && assignments.length !== added) {
    const message = `${added} partition(s) would be added, but ${assignments.length} are assigned.`;
    return refuse(ErrorCode.INVALID_REPLICA_ASSIGNMENT, message);
  }
  if (added > room) {
    const message = `A request may create ${CREATE_PARTITION_COUNT_MAX} partitions at most; this one has more.`;
    return refuse(ErrorCode.POLICY_VIOLATION, message);
  }
  const replicationFactor = current.partitions[0]?.replicas.length ?? 1;
  if (assignments === null) return assignPartitions(image, random, added, replicationFactor);
  const chosen = assignments.map(({ brokerIds }) => brokerIds);
  return assignChosenPartitions(image, chosen, replicationFactor);
}

function refuse(errorCode: number, message: string): AssignedPartitions {
  return { ok: false, error: apiError(errorCode, message) };
}

/** Compares the topic's record, so that two growths never meet. */
function growth(topic: TopicImage, added: readonly PartitionState[]): Write {
  const { id, name, partitions } = topic;
  const partitionCount = partitions.length + added.length;
  return {
    stage: added.map((state, index) => ({
      kind: 'put',
      key: partitionKey(id, partitions.length + index),
      value: encodePartition(state),
    })),
    commit: [{ kind: 'put', key: topicKey(id), value: encodeTopic({ name, partitionCount }) }],
    compare: [{ key: topicKey(id), value: encodeTopic({ name, partitionCount: partitions.length }) }],
  };
}
