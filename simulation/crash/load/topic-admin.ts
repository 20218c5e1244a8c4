import type { Broker } from '@sluice/client/broker';
import { ClientError } from '@sluice/client/client-error';
import type { RequestKind } from '@sluice/client/connection';
import { ZERO_UUID } from '@sluice/kernel/ids';
import { createTopicsRequestCodec } from '@sluice/protocol/generated/messages/create-topics-request';
import { createTopicsResponseCodec } from '@sluice/protocol/generated/messages/create-topics-response';
import { deleteTopicsRequestCodec } from '@sluice/protocol/generated/messages/delete-topics-request';
import { deleteTopicsResponseCodec } from '@sluice/protocol/generated/messages/delete-topics-response';
import { describeConfigsRequestCodec } from '@sluice/protocol/generated/messages/describe-configs-request';
import { describeConfigsResponseCodec } from '@sluice/protocol/generated/messages/describe-configs-response';
import { incrementalAlterConfigsRequestCodec } from '@sluice/protocol/generated/messages/incremental-alter-configs-request';
import { incrementalAlterConfigsResponseCodec } from '@sluice/protocol/generated/messages/incremental-alter-configs-response';
import { metadataRequestCodec } from '@sluice/protocol/generated/messages/metadata-request';
import { metadataResponseCodec } from '@sluice/protocol/generated/messages/metadata-response';
import type { Outcome, SeenTopic, TopicChange } from '../history.ts';
import type { Recorder } from '../recorder.ts';

const METADATA = { request: metadataRequestCodec, response: metadataResponseCodec };
const CREATE_TOPICS = { request: createTopicsRequestCodec, response: createTopicsResponseCodec };
const DELETE_TOPICS = { request: deleteTopicsRequestCodec, response: deleteTopicsResponseCodec };
const ALTER_CONFIGS = { request: incrementalAlterConfigsRequestCodec, response: incrementalAlterConfigsResponseCodec };
const DESCRIBE_CONFIGS = { request: describeConfigsRequestCodec, response: describeConfigsResponseCodec };

const TOPIC_RESOURCE = 2;
const SET = 0;
const TIMEOUT_MS = 60_000;
/** The one setting that is changed; long enough that nothing is ever deleted by it. */
const SETTING = 'retention.ms';

/** Changes topics and takes down what becomes of it. Fails with `ClientError` when the broker goes away. */
export interface TopicAdmin {
  /** The topic's id; undefined if it was refused. */
  create(
    topic: string,
    partitionCount: number,
    setting: string,
    configs?: Record<string, string>,
  ): Promise<string | undefined>;
  delete(topic: string): Promise<void>;
  alter(topic: string, setting: string): Promise<void>;
  /** At all but the internal ones. */
  look(): Promise<ReadonlyMap<string, SeenTopic>>;
}

interface Answer {
  readonly errorCode: number;
  readonly topicId?: string;
}

export function createTopicAdmin(broker: Broker, recorder: Recorder): TopicAdmin {
  async function change(topic: string, what: TopicChange, act: () => Promise<Answer | undefined>) {
    const record = (outcome: Outcome, topicId?: string) =>
      recorder.record({ kind: 'changed', topic, change: what, outcome, topicId });
    try {
      const answer = await act();
      const isDone = answer?.errorCode === 0;
      record(isDone ? 'ok' : 'refused', isDone ? answer.topicId : undefined);
      return isDone ? answer.topicId : undefined;
    } catch (error) {
      if (error instanceof ClientError) record('info');
      throw error;
    }
  }

  const ask = <Input, Response>(kind: RequestKind<Input, Response>, input: Input): Promise<Response> =>
    broker.request(kind, () => input);

  return {
    create(topic, partitionCount, setting, configs = {}) {
      const all = Object.entries({ ...configs, [SETTING]: setting });
      return change(topic, { type: 'create', partitionCount, setting }, async () => {
        const response = await ask(CREATE_TOPICS, {
          topics: [
            {
              name: topic,
              numPartitions: partitionCount,
              replicationFactor: 1,
              assignments: [],
              configs: all.map(([name, value]) => ({ name, value })),
            },
          ],
          timeoutMs: TIMEOUT_MS,
        });
        return response.topics[0];
      });
    },
    async delete(topic) {
      await change(topic, { type: 'delete' }, async () => {
        const response = await ask(DELETE_TOPICS, {
          topics: [{ name: topic, topicId: ZERO_UUID }],
          timeoutMs: TIMEOUT_MS,
        });
        return response.responses[0];
      });
    },
    async alter(topic, setting) {
      await change(topic, { type: 'alter', setting }, async () => {
        const response = await ask(ALTER_CONFIGS, {
          resources: [
            {
              resourceType: TOPIC_RESOURCE,
              resourceName: topic,
              configs: [{ name: SETTING, configOperation: SET, value: setting }],
            },
          ],
          validateOnly: false,
        });
        return response.responses[0];
      });
    },
    async look() {
      const { topics: described } = await ask(METADATA, { topics: null, allowAutoTopicCreation: false });
      const own = described.filter(({ isInternal }) => !isInternal);
      const names = own.flatMap(({ name }) => (name === null ? [] : [name]));
      const { results } = await ask(DESCRIBE_CONFIGS, {
        resources: names.map((name) => ({
          resourceType: TOPIC_RESOURCE,
          resourceName: name,
          configurationKeys: [SETTING],
        })),
      });
      const settings = new Map(results.map(({ resourceName, configs }) => [resourceName, configs[0]?.value ?? '']));
      const topics = new Map<string, SeenTopic>();
      for (const { name, topicId, partitions } of own) {
        if (name === null) continue;
        topics.set(name, { topicId, partitionCount: partitions.length, setting: settings.get(name) ?? '' });
      }
      recorder.record({ kind: 'topics-seen', topics });
      return topics;
    },
  };
}
