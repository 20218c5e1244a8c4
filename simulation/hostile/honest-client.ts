import { decodeResponse, encodeRequest } from '@sluice/protocol/frames';
import { apiVersionsRequestCodec } from '@sluice/protocol/generated/messages/api-versions-request';
import { apiVersionsResponseCodec } from '@sluice/protocol/generated/messages/api-versions-response';
import { createTopicsRequestCodec } from '@sluice/protocol/generated/messages/create-topics-request';
import { createTopicsResponseCodec } from '@sluice/protocol/generated/messages/create-topics-response';
import { fetchRequestCodec } from '@sluice/protocol/generated/messages/fetch-request';
import { fetchResponseCodec } from '@sluice/protocol/generated/messages/fetch-response';
import { findCoordinatorRequestCodec } from '@sluice/protocol/generated/messages/find-coordinator-request';
import { findCoordinatorResponseCodec } from '@sluice/protocol/generated/messages/find-coordinator-response';
import { offsetCommitRequestCodec } from '@sluice/protocol/generated/messages/offset-commit-request';
import { offsetCommitResponseCodec } from '@sluice/protocol/generated/messages/offset-commit-response';
import { offsetFetchRequestCodec } from '@sluice/protocol/generated/messages/offset-fetch-request';
import { offsetFetchResponseCodec } from '@sluice/protocol/generated/messages/offset-fetch-response';
import { produceRequestCodec } from '@sluice/protocol/generated/messages/produce-request';
import { produceResponseCodec } from '@sluice/protocol/generated/messages/produce-response';
import type { MessageCodec } from '@sluice/protocol/message-codec';
import { openRaw, type RawConnection, type Target } from './raw-connection.ts';

const CREATE_TOPICS_VERSION = 7;
/** The last ones that name topics instead of giving their ids. */
const PRODUCE_VERSION = 12;
const FETCH_VERSION = 12;
const OFFSETS_VERSION = 9;
const REQUEST_TIMEOUT_MS = 10_000;
const FETCH_SIZE_BYTES_MAX = 16 * 1024 * 1024;

/** A topic of one partition. */
export interface Topic {
  readonly name: string;
  readonly id: string;
}

export type ServedVersions = ReadonlyMap<number, { readonly minVersion: number; readonly maxVersion: number }>;

/** Speaks the protocol as it should be spoken, one request at a time. Every failure is an error with its reason. */
export interface HonestClient {
  /** By API key, what ApiVersions advertises. */
  servedVersions(): Promise<ServedVersions>;
  createTopic(name: string): Promise<Topic>;
  /** Returns the base offset. */
  produce(topic: Topic, batch: Buffer): Promise<number>;
  /** The error code of the partition; 0 is success. */
  tryProduce(topic: Topic, records: Buffer | null, version?: number): Promise<number>;
  /** Everything from `offset` on that one fetch gives. */
  fetch(topic: Topic, offset: number): Promise<{ readonly highWatermark: number; readonly records: Buffer }>;
  /** Of partition 0, once the group has a coordinator. */
  commitOffset(groupId: string, topic: Topic, offset: number): Promise<void>;
  committedOffset(groupId: string, topic: Topic): Promise<number>;
  readonly connection: RawConnection;
}

export async function openHonest(target: Target, answerMs: number): Promise<HonestClient> {
  const connection = await openRaw(target);
  let lastCorrelationId = 0;

  async function ask<Input, Value>(
    request: MessageCodec<unknown, Input>,
    response: MessageCodec<Value, never>,
    version: number,
    body: Input,
  ): Promise<Value> {
    const correlationId = ++lastCorrelationId;
    connection.send(...encodeRequest(request, version, { correlationId, clientId: 'honest' }, body));
    const frame = await connection.next(answerMs);
    if (!Buffer.isBuffer(frame)) throw new Error(`${request.name}: ${frame}`);
    const answer = decodeResponse(response, version, frame);
    if (answer.correlationId !== correlationId) throw new Error(`${request.name}: answered out of order`);
    return answer.body;
  }

  async function tryProduce(topic: Topic, records: Buffer | null, version = PRODUCE_VERSION) {
    const answer = await ask(produceRequestCodec, produceResponseCodec, version, {
      acks: -1,
      timeoutMs: REQUEST_TIMEOUT_MS,
      topicData: [{ name: topic.name, topicId: topic.id, partitionData: [{ index: 0, records }] }],
    });
    const partition = answer.responses[0]?.partitionResponses[0];
    if (partition === undefined) throw new Error('Produce: no partition in the answer');
    return partition;
  }

  return {
    connection,
    async servedVersions() {
      const answer = await ask(apiVersionsRequestCodec, apiVersionsResponseCodec, 0, {});
      return new Map(answer.apiKeys.map((api) => [api.apiKey, api]));
    },
    async createTopic(name) {
      const answer = await ask(createTopicsRequestCodec, createTopicsResponseCodec, CREATE_TOPICS_VERSION, {
        topics: [{ name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }],
        timeoutMs: REQUEST_TIMEOUT_MS,
      });
      const topic = answer.topics[0];
      if (topic === undefined || topic.errorCode !== 0) throw new Error(`CreateTopics: error ${topic?.errorCode}`);
      return { name, id: topic.topicId };
    },
    tryProduce: async (topic, records, version) => (await tryProduce(topic, records, version)).errorCode,
    async produce(topic, batch) {
      const { errorCode, baseOffset } = await tryProduce(topic, batch);
      if (errorCode !== 0) throw new Error(`Produce: error ${errorCode}`);
      return baseOffset;
    },
    async commitOffset(groupId, topic, offset) {
      await ask(findCoordinatorRequestCodec, findCoordinatorResponseCodec, 4, {
        keyType: 0,
        coordinatorKeys: [groupId],
      });
      const partitions = [{ partitionIndex: 0, committedOffset: offset, committedMetadata: '' }];
      const answer = await ask(offsetCommitRequestCodec, offsetCommitResponseCodec, OFFSETS_VERSION, {
        groupId,
        topics: [{ name: topic.name, partitions }],
      });
      const errorCode = answer.topics[0]?.partitions[0]?.errorCode;
      if (errorCode !== 0) throw new Error(`OffsetCommit: error ${errorCode}`);
    },
    async committedOffset(groupId, topic) {
      const groups = [{ groupId, topics: [{ name: topic.name, partitionIndexes: [0] }] }];
      const answer = await ask(offsetFetchRequestCodec, offsetFetchResponseCodec, OFFSETS_VERSION, { groups });
      const partition = answer.groups[0]?.topics[0]?.partitions[0];
      if (partition === undefined || partition.errorCode !== 0)
        throw new Error(`OffsetFetch: error ${partition?.errorCode}`);
      return partition.committedOffset;
    },
    async fetch(topic, offset) {
      const answer = await ask(fetchRequestCodec, fetchResponseCodec, FETCH_VERSION, {
        maxWaitMs: 100,
        minBytes: 1,
        maxBytes: FETCH_SIZE_BYTES_MAX,
        isolationLevel: 0,
        topics: [
          {
            topic: topic.name,
            partitions: [{ partition: 0, fetchOffset: offset, partitionMaxBytes: FETCH_SIZE_BYTES_MAX }],
          },
        ],
        forgottenTopicsData: [],
      });
      const partition = answer.responses[0]?.partitions[0];
      if (partition === undefined || partition.errorCode !== 0) {
        throw new Error(`Fetch: error ${partition?.errorCode ?? answer.errorCode}`);
      }
      return { highWatermark: partition.highWatermark, records: partition.records ?? Buffer.alloc(0) };
    },
  };
}

/** The whole log, fetch by fetch. */
export async function fetchAll(
  client: HonestClient,
  topic: Topic,
  batchesFrom: (records: Buffer) => number,
): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (let offset = 0; ; ) {
    const { highWatermark, records } = await client.fetch(topic, offset);
    if (offset >= highWatermark) return Buffer.concat(parts);
    const next = batchesFrom(records);
    if (next <= offset) throw new Error(`Fetch: nothing at ${offset} below the high watermark ${highWatermark}`);
    parts.push(records);
    offset = next;
  }
}
