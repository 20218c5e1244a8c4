/*
 * CreateTopics: topics that can be made are, the others are refused one by one.
 *
 * Kafka checks in this order: duplicates in the request; the name; that it exists already; null values; the
 * configuration; then the counts and the assignment. Names that collide (`a.b`, `a_b`) are refused against topics that
 * exist, not within one request.
 */
import { type Uuid, ZERO_UUID } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { type BrokerValues, brokerNumber, brokerValues } from '../config/broker-values.ts';
import { createdTopicConfigs } from '../config/created-topic-configs.ts';
import { topicConfigsProblem } from '../config/validate-topic-configs.ts';
import type { PartitionState } from '../image/cluster-image.ts';
import { configKey, partitionKey, topicKey } from '../image/keys.ts';
import { encodeConfig, encodePartition, encodeTopic } from '../image/values.ts';
import { apiError } from './api-error.ts';
import { type AssignedPartitions, assignChosenPartitions, assignPartitions } from './assign-partitions.ts';
import type { ApiError, Decided, DecisionContext, Write } from './decision.ts';
import { duplicates } from './duplicates.ts';
import type { CreatableTopic, CreateTopicsReply, CreateTopicsRequest } from './requests.ts';
import { CLUSTER_METADATA_TOPIC, validateTopicName } from './topic-name.ts';

/** Partitions in one request; with more, all of it is refused. */
export const CREATE_PARTITION_COUNT_MAX = 10_000;

const BY_DEFAULT = -1;
type TopicReply = CreateTopicsReply['topics'][number];

export function createTopics(context: DecisionContext, request: CreateTopicsRequest): Decided<CreateTopicsReply> {
  const broker = brokerValues(context.image, context.staticConfig);
  const repeated = duplicates(request.topics.map((topic) => topic.name));
  const topics = request.topics.filter(({ name }) => !repeated.has(name) && name !== CLUSTER_METADATA_TOPIC);
  const replies: TopicReply[] = [];
  const writes: Write[] = [];
  const isTooLarge = countPartitions(topics, broker) > CREATE_PARTITION_COUNT_MAX;
  for (const topic of topics) {
    const made = isTooLarge ? tooLarge : createTopic(context, broker, topic);
    if (!made.ok) {
      replies.push(refusedTopic(topic.name, made.error));
      continue;
    }
    replies.push(createdTopic(made, topic, broker));
    writes.push(made.write);
  }
  for (const name of repeated) {
    replies.push(refusedTopic(name, apiError(ErrorCode.INVALID_REQUEST, 'Duplicate topic name.')));
  }
  if (!repeated.has(CLUSTER_METADATA_TOPIC) && request.topics.some(({ name }) => name === CLUSTER_METADATA_TOPIC)) {
    const message = `${CLUSTER_METADATA_TOPIC} is internal and cannot be created.`;
    replies.push(refusedTopic(CLUSTER_METADATA_TOPIC, apiError(ErrorCode.INVALID_REQUEST, message)));
  }
  return { writes: request.validateOnly ? [] : writes, reply: { topics: replies } };
}

interface MadeTopic {
  readonly ok: true;
  readonly id: Uuid;
  readonly states: readonly PartitionState[];
  readonly configs: ReadonlyMap<string, string>;
  readonly write: Write;
}
type TopicOutcome = MadeTopic | { readonly ok: false; readonly error: ApiError };

const tooLarge: TopicOutcome = {
  ok: false,
  error: apiError(
    ErrorCode.POLICY_VIOLATION,
    `A request may create ${CREATE_PARTITION_COUNT_MAX} partitions at most; this one has more.`,
  ),
};

function createTopic(context: DecisionContext, broker: BrokerValues, topic: CreatableTopic): TopicOutcome {
  const error = nameError(context, topic.name) ?? nullError(topic);
  if (error !== undefined) return { ok: false, error };
  // The last of a repeated name counts.
  const configs = new Map(topic.configs.map(({ name, value }) => [name, value ?? '']));
  const problem = topicConfigsProblem(configs, new Map(), broker);
  if (problem !== undefined) return { ok: false, error: apiError(ErrorCode.INVALID_CONFIG, problem) };
  const assigned = topic.assignments.length > 0 ? assignAsAsked(context, topic) : assignByCount(context, broker, topic);
  if (!assigned.ok) return assigned;
  const id = context.random.uuid();
  return {
    ok: true,
    id,
    states: assigned.states,
    configs,
    write: topicWrite(topic.name, id, assigned.states, configs),
  };
}

function nameError({ image }: DecisionContext, name: string): ApiError | undefined {
  if (image.topicsByName.has(name)) return apiError(ErrorCode.TOPIC_ALREADY_EXISTS, `Topic '${name}' already exists.`);
  const problem = validateTopicName(name);
  if (problem !== undefined) return apiError(ErrorCode.INVALID_TOPIC_EXCEPTION, problem);
  const other = image.collidingTopic(name);
  if (other === undefined) return undefined;
  return apiError(ErrorCode.INVALID_TOPIC_EXCEPTION, `Topic '${name}' collides with the existing topic '${other}'.`);
}

function nullError(topic: CreatableTopic): ApiError | undefined {
  const names = topic.configs.filter(({ value }) => value === null).map(({ name }) => name);
  if (names.length === 0) return undefined;
  return apiError(ErrorCode.INVALID_CONFIG, `Topic configurations cannot be null: ${names.join(', ')}`);
}

function assignAsAsked({ image }: DecisionContext, topic: CreatableTopic): AssignedPartitions {
  const refuse = (code: number, message: string): AssignedPartitions => ({ ok: false, error: apiError(code, message) });
  if (topic.replicationFactor !== BY_DEFAULT || topic.numPartitions !== BY_DEFAULT) {
    const message = 'With a manual assignment the partition count and the replication factor must be -1.';
    return refuse(ErrorCode.INVALID_REQUEST, message);
  }
  const byIndex = new Map<number, readonly number[]>();
  for (const { partitionIndex, brokerIds } of topic.assignments) {
    if (byIndex.has(partitionIndex)) {
      const message = `The manual assignment has partition ${partitionIndex} more than once.`;
      return refuse(ErrorCode.INVALID_REPLICA_ASSIGNMENT, message);
    }
    byIndex.set(partitionIndex, brokerIds);
  }
  const chosen: (readonly number[])[] = [];
  for (let index = 0; index < byIndex.size; index += 1) {
    const replicas = byIndex.get(index);
    if (replicas === undefined) {
      const message = `The manual assignment must number its partitions from 0 without a gap; ${index} is missing.`;
      return refuse(ErrorCode.INVALID_REPLICA_ASSIGNMENT, message);
    }
    chosen.push(replicas);
  }
  return assignChosenPartitions(image, chosen, undefined);
}

function assignByCount(
  { image, random }: DecisionContext,
  broker: BrokerValues,
  { numPartitions, replicationFactor }: CreatableTopic,
): AssignedPartitions {
  if (replicationFactor < BY_DEFAULT || replicationFactor === 0) {
    const message = 'The replication factor must be above 0, or -1 for the default.';
    return { ok: false, error: apiError(ErrorCode.INVALID_REPLICATION_FACTOR, message) };
  }
  if (numPartitions < BY_DEFAULT || numPartitions === 0) {
    const message = 'The number of partitions must be above 0, or -1 for the default.';
    return { ok: false, error: apiError(ErrorCode.INVALID_PARTITIONS, message) };
  }
  return assignPartitions(
    image,
    random,
    numPartitions === BY_DEFAULT ? brokerNumber(broker, 'num.partitions') : numPartitions,
    replicationFactor === BY_DEFAULT ? brokerNumber(broker, 'default.replication.factor') : replicationFactor,
  );
}

function topicWrite(
  name: string,
  id: Uuid,
  states: readonly PartitionState[],
  configs: ReadonlyMap<string, string>,
): Write {
  const topic = encodeTopic({ name, partitionCount: states.length });
  const commit: Write['commit'] = [{ kind: 'put', key: topicKey(id), value: topic }];
  const config = { kind: 'put', key: configKey('topic', name), value: encodeConfig(configs) } as const;
  return {
    stage: states.map((state, index) => ({ kind: 'put', key: partitionKey(id, index), value: encodePartition(state) })),
    commit: configs.size === 0 ? commit : [...commit, config],
  };
}

function countPartitions(topics: readonly CreatableTopic[], broker: BrokerValues): number {
  let count = 0;
  for (const { assignments, numPartitions } of topics) {
    if (assignments.length > 0) count += assignments.length;
    else if (numPartitions === BY_DEFAULT) count += brokerNumber(broker, 'num.partitions');
    else count += Math.max(numPartitions, 0);
  }
  return count;
}

function refusedTopic(name: string, error: ApiError): TopicReply {
  return { name, topicId: ZERO_UUID, ...error, numPartitions: -1, replicationFactor: -1, configs: [] };
}

function createdTopic({ id, states, configs }: MadeTopic, { name }: CreatableTopic, broker: BrokerValues): TopicReply {
  return {
    name,
    topicId: id,
    ...apiError(ErrorCode.NONE),
    numPartitions: states.length,
    replicationFactor: states[0]?.replicas.length ?? 0,
    configs: createdTopicConfigs(configs, broker),
  };
}
