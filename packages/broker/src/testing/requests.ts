import { ZERO_UUID } from '@sluice/kernel/ids';
import { apiVersionsRequestCodec } from '@sluice/protocol/generated/messages/api-versions-request';
import { apiVersionsResponseCodec } from '@sluice/protocol/generated/messages/api-versions-response';
import { createTopicsRequestCodec } from '@sluice/protocol/generated/messages/create-topics-request';
import { createTopicsResponseCodec } from '@sluice/protocol/generated/messages/create-topics-response';
import { deleteTopicsRequestCodec } from '@sluice/protocol/generated/messages/delete-topics-request';
import { deleteTopicsResponseCodec } from '@sluice/protocol/generated/messages/delete-topics-response';
import { fetchRequestCodec } from '@sluice/protocol/generated/messages/fetch-request';
import { fetchResponseCodec } from '@sluice/protocol/generated/messages/fetch-response';
import { type ProduceRequestInput, produceRequestCodec } from '@sluice/protocol/generated/messages/produce-request';
import { produceResponseCodec } from '@sluice/protocol/generated/messages/produce-response';
import { type BatchOptions, buildBatch } from '@sluice/protocol/records/build-batch';
import type { TestClient } from './test-client.ts';

export const API_VERSIONS = { request: apiVersionsRequestCodec, response: apiVersionsResponseCodec };
export const CREATE_TOPICS = { request: createTopicsRequestCodec, response: createTopicsResponseCodec };
export const DELETE_TOPICS = { request: deleteTopicsRequestCodec, response: deleteTopicsResponseCodec };
export const FETCH = { request: fetchRequestCodec, response: fetchResponseCodec };
export const PRODUCE = { request: produceRequestCodec, response: produceResponseCodec };

/** The last version that names topics, and the first that gives their ids. */
export const PRODUCE_BY_NAME = 12;
export const PRODUCE_BY_ID = 13;
export const FETCH_BY_NAME = 12;
export const FETCH_BY_ID = 17;

const TIMEOUT_MS = 30_000;

/** Makes a topic and gives its id. */
export async function createTopic(client: TestClient, name: string, numPartitions = 1): Promise<string> {
  const { topics } = await client.ask(CREATE_TOPICS, 7, {
    topics: [{ name, numPartitions, replicationFactor: 1, assignments: [], configs: [] }],
    timeoutMs: TIMEOUT_MS,
  });
  const [topic] = topics;
  if (topic === undefined || topic.errorCode !== 0) throw new Error(`CreateTopics: ${topic?.errorCode}`);
  return topic.topicId;
}

export async function deleteTopic(client: TestClient, name: string): Promise<void> {
  const { responses } = await client.ask(DELETE_TOPICS, 6, {
    topics: [{ name, topicId: ZERO_UUID }],
    timeoutMs: TIMEOUT_MS,
  });
  if (responses[0]?.errorCode !== 0) throw new Error(`DeleteTopics: ${responses[0]?.errorCode}`);
}

export interface ProduceOptions {
  readonly topic?: string;
  /** For v13 on. */
  readonly topicId?: string;
  readonly partition?: number;
  readonly acks?: number;
  readonly timeoutMs?: number;
  readonly batch?: BatchOptions;
}

/** A batch with these values, in partition 0 of `orders` unless the options say otherwise. */
export function produceInput(values: readonly string[], options: ProduceOptions = {}): ProduceRequestInput {
  const { topic = 'orders', topicId = ZERO_UUID, partition = 0, acks = -1, timeoutMs = TIMEOUT_MS, batch } = options;
  const timestampMs = Date.now();
  const records = buildBatch(
    values.map((value) => ({ value, timestampMs })),
    batch,
  );
  return {
    transactionalId: null,
    acks,
    timeoutMs,
    topicData: [{ name: topic, topicId, partitionData: [{ index: partition, records }] }],
  };
}

/** Gives the partition's answer. */
export async function produce(client: TestClient, values: readonly string[], options: ProduceOptions = {}) {
  const version = options.topicId === undefined ? PRODUCE_BY_NAME : PRODUCE_BY_ID;
  const { responses } = await client.ask(PRODUCE, version, produceInput(values, options));
  const answer = responses[0]?.partitionResponses[0];
  if (answer === undefined) throw new Error('Produce: no partition in the answer');
  return answer;
}
