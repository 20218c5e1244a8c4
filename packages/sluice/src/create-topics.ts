import { KafkaError } from '@sluice/client/kafka-error';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { createTopicsRequestCodec } from '@sluice/protocol/generated/messages/create-topics-request';
import { createTopicsResponseCodec } from '@sluice/protocol/generated/messages/create-topics-response';
import { ASK_TIMEOUT_MS, askBroker } from './ask-broker.ts';
import type { TopicOptions } from './embedded-types.ts';

const CREATE_TOPICS = { request: createTopicsRequestCodec, response: createTopicsResponseCodec };
/** "Take the broker's default." */
const DEFAULT_COUNT = -1;

export interface CreateOptions {
  /** Topics that are there already are left as they are. */
  readonly mayExist: boolean;
}

/** Makes topics as any client would. Fails with the first that cannot be made; those beside it may be there. */
export async function createTopics(
  bootstrap: string,
  topics: readonly TopicOptions[],
  { mayExist }: CreateOptions,
): Promise<void> {
  if (topics.length === 0) return;
  const response = await askBroker(bootstrap, (broker) =>
    broker.request(CREATE_TOPICS, () => ({
      topics: topics.map(({ name, partitions = DEFAULT_COUNT, settings = {} }) => ({
        name,
        numPartitions: partitions,
        replicationFactor: DEFAULT_COUNT,
        assignments: [],
        configs: Object.entries(settings).map(([setting, value]) => ({ name: setting, value })),
      })),
      timeoutMs: ASK_TIMEOUT_MS,
    })),
  );
  for (const { name, errorCode, errorMessage } of response.topics) {
    if (errorCode === ErrorCode.NONE || (mayExist && errorCode === ErrorCode.TOPIC_ALREADY_EXISTS)) continue;
    const cause = new KafkaError(errorCode, errorMessage);
    throw new Error(`topic ${name} cannot be made: ${cause.message}`, { cause });
  }
}
