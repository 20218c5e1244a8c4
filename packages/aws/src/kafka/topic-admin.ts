import { alterConfigs } from '@sluice/client/alter-configs';
import type { Cluster } from '@sluice/client/cluster';
import { KafkaError } from '@sluice/client/kafka-error';
import { ZERO_UUID } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { createPartitionsRequestCodec } from '@sluice/protocol/generated/messages/create-partitions-request';
import { createPartitionsResponseCodec } from '@sluice/protocol/generated/messages/create-partitions-response';
import { createTopicsRequestCodec } from '@sluice/protocol/generated/messages/create-topics-request';
import { createTopicsResponseCodec } from '@sluice/protocol/generated/messages/create-topics-response';
import { deleteTopicsRequestCodec } from '@sluice/protocol/generated/messages/delete-topics-request';
import { deleteTopicsResponseCodec } from '@sluice/protocol/generated/messages/delete-topics-response';
import type { CreateTopicOptions } from './kafka-log.ts';

const CREATE_TOPICS = { request: createTopicsRequestCodec, response: createTopicsResponseCodec };
const CREATE_PARTITIONS = { request: createPartitionsRequestCodec, response: createPartitionsResponseCodec };
const DELETE_TOPICS = { request: deleteTopicsRequestCodec, response: deleteTopicsResponseCodec };
/** The broker's own default. */
const DEFAULT_REPLICATION_FACTOR = -1;
/** A topic's id may stand instead of its name from here on. */
const TOPIC_IDS_FROM = 6;

/** Throws unless the answer says that it is done, or that it was so before. */
function settle(errorCode: number, message: string | null, soBefore: number): 'done' | 'before' {
  if (errorCode === ErrorCode.NONE) return 'done';
  if (errorCode === soBefore) return 'before';
  throw new KafkaError(errorCode, message);
}

export async function createTopic(
  cluster: Cluster,
  name: string,
  { partitionCount, settings, validateOnly = false }: CreateTopicOptions,
): Promise<'created' | 'exists'> {
  const broker = await cluster.controller();
  const { topics } = await broker.request(CREATE_TOPICS, () => ({
    topics: [
      {
        name,
        numPartitions: partitionCount,
        replicationFactor: DEFAULT_REPLICATION_FACTOR,
        assignments: [],
        configs: Object.entries(settings).map(([setting, value]) => ({ name: setting, value })),
      },
    ],
    timeoutMs: cluster.timeoutMs,
    validateOnly,
  }));
  const done = topics.map(({ errorCode, errorMessage }) =>
    settle(errorCode, errorMessage, ErrorCode.TOPIC_ALREADY_EXISTS),
  );
  return done.includes('before') ? 'exists' : 'created';
}

export async function growTopic(cluster: Cluster, name: string, count: number): Promise<void> {
  const broker = await cluster.controller();
  const { results } = await broker.request(CREATE_PARTITIONS, () => ({
    topics: [{ name, count, assignments: null }],
    timeoutMs: cluster.timeoutMs,
    validateOnly: false,
  }));
  // It has as many or more already: somebody else was quicker.
  for (const { errorCode, errorMessage } of results) settle(errorCode, errorMessage, ErrorCode.INVALID_PARTITIONS);
}

export async function deleteTopic(cluster: Cluster, name: string): Promise<void> {
  const broker = await cluster.controller();
  const { responses } = await broker.request(DELETE_TOPICS, (version) => ({
    ...(version >= TOPIC_IDS_FROM ? { topics: [{ name, topicId: ZERO_UUID }] } : { topicNames: [name] }),
    timeoutMs: cluster.timeoutMs,
  }));
  for (const { errorCode, errorMessage } of responses) {
    settle(errorCode, errorMessage, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  }
}

export async function setTopic(
  cluster: Cluster,
  name: string,
  settings: Readonly<Record<string, string>>,
): Promise<void> {
  await alterConfigs(await cluster.controller(), 'topic', name, { set: Object.entries(settings) });
}
