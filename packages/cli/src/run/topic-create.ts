import { KafkaError } from '@sluice/client/kafka-error';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { createTopicsRequestCodec } from '@sluice/protocol/generated/messages/create-topics-request';
import {
  createTopicsResponseCodec,
  type CreatableTopicResult as TopicResult,
} from '@sluice/protocol/generated/messages/create-topics-response';
import type { TopicCreateOptions } from '../commands/topic.ts';
import { printJson, printText } from '../output/print.ts';
import { plural } from '../output/units.ts';
import type { Shell } from '../shell.ts';
import { refusal, throwFailures } from './explain-failure.ts';
import { inOrderOf } from './in-order.ts';
import { withCluster } from './with-cluster.ts';

const CREATE_TOPICS = { request: createTopicsRequestCodec, response: createTopicsResponseCodec };
/** "Take the broker's default." */
const DEFAULT_COUNT = -1;
/** From here on an answer says what was made. */
const DETAILS_FROM = 5;

/** `sluice topic create` */
export async function createTopics(shell: Shell, names: readonly string[], options: TopicCreateOptions): Promise<void> {
  const { version, results } = await withCluster(shell, options, async (cluster) => {
    const broker = await cluster.controller();
    let agreed = 0;
    const response = await broker.request(CREATE_TOPICS, (version) => {
      agreed = version;
      return {
        topics: names.map((name) => ({
          name,
          numPartitions: options.partitions ?? DEFAULT_COUNT,
          replicationFactor: options.replicationFactor ?? DEFAULT_COUNT,
          assignments: [],
          configs: (options.set ?? []).map(([setting, value]) => ({ name: setting, value })),
        })),
        timeoutMs: options.timeout,
        validateOnly: options.dryRun === true,
      };
    });
    return { version: agreed, results: inOrderOf(names, response.topics) };
  });
  const outcomes = results.map((result) => ({ result, status: statusOf(result, options) }));
  if (options.json) await printJson(shell, outcomes.map(toJson));
  else for (const { result, status } of outcomes) await printText(shell, describe(result, status, version));
  throwFailures(
    outcomes
      .filter(({ status }) => status === 'failed')
      .map(({ result }) => refusal(`topic ${result.name}`, new KafkaError(result.errorCode, result.errorMessage))),
  );
}

type Status = 'created' | 'valid' | 'exists' | 'failed';

function statusOf({ errorCode }: TopicResult, options: TopicCreateOptions): Status {
  if (errorCode === ErrorCode.NONE) return options.dryRun ? 'valid' : 'created';
  return errorCode === ErrorCode.TOPIC_ALREADY_EXISTS && options.ifNotExists ? 'exists' : 'failed';
}

function describe({ name, numPartitions, replicationFactor }: TopicResult, status: Status, version: number): string {
  if (status === 'exists') return `topic ${name} is already there`;
  if (status === 'failed') return '';
  const made = status === 'valid' ? `topic ${name} could be created` : `created topic ${name}`;
  if (version < DETAILS_FROM || numPartitions < 0) return made;
  return `${made} with ${plural(numPartitions, 'partition')}, replication factor ${replicationFactor}`;
}

function toJson({ result, status }: { result: TopicResult; status: Status }) {
  const { name, topicId, numPartitions, replicationFactor } = result;
  if (status === 'failed') {
    const { codeName, message } = new KafkaError(result.errorCode, result.errorMessage);
    return { name, status, error: { code: codeName, message } };
  }
  if (status === 'exists') return { name, status };
  return { name, status, id: topicId, partitions: numPartitions, replicationFactor };
}
