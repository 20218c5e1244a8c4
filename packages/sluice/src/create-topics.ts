import { createCluster } from '@sluice/client/cluster';
import { KafkaError } from '@sluice/client/kafka-error';
import { realClock } from '@sluice/kernel/real/clock';
import { realNetwork } from '@sluice/kernel/real/network';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { createTopicsRequestCodec } from '@sluice/protocol/generated/messages/create-topics-request';
import { createTopicsResponseCodec } from '@sluice/protocol/generated/messages/create-topics-response';
import type { TopicOptions } from './embedded-types.ts';

const CREATE_TOPICS = { request: createTopicsRequestCodec, response: createTopicsResponseCodec };
const TIMEOUT_MS = 30_000;
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
  const colon = bootstrap.lastIndexOf(':');
  const address = { host: bootstrap.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(bootstrap.slice(colon + 1)) };
  const cluster = createCluster({
    network: realNetwork,
    clock: realClock,
    clientId: 'sluice',
    timeoutMs: TIMEOUT_MS,
    bootstrap: [address],
  });
  try {
    const broker = await cluster.any();
    const response = await broker.request(CREATE_TOPICS, () => ({
      topics: topics.map(({ name, partitions = DEFAULT_COUNT, settings = {} }) => ({
        name,
        numPartitions: partitions,
        replicationFactor: DEFAULT_COUNT,
        assignments: [],
        configs: Object.entries(settings).map(([setting, value]) => ({ name: setting, value })),
      })),
      timeoutMs: TIMEOUT_MS,
    }));
    for (const { name, errorCode, errorMessage } of response.topics) {
      if (errorCode === ErrorCode.NONE || (mayExist && errorCode === ErrorCode.TOPIC_ALREADY_EXISTS)) continue;
      const cause = new KafkaError(errorCode, errorMessage);
      throw new Error(`topic ${name} cannot be made: ${cause.message}`, { cause });
    }
  } finally {
    cluster.close();
  }
}
