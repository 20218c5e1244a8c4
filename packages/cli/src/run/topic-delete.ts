import { KafkaError } from '@sluice/client/kafka-error';
import { ZERO_UUID } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { deleteTopicsRequestCodec } from '@sluice/protocol/generated/messages/delete-topics-request';
import {
  deleteTopicsResponseCodec,
  type DeletableTopicResult as TopicResult,
} from '@sluice/protocol/generated/messages/delete-topics-response';
import type { TopicDeleteOptions } from '../commands/topic.ts';
import { printJson, printText } from '../output/print.ts';
import type { Shell } from '../shell.ts';
import { refusal, throwFailures } from './explain-failure.ts';
import { inOrderOf } from './in-order.ts';
import { withCluster } from './with-cluster.ts';

const DELETE_TOPICS = { request: deleteTopicsRequestCodec, response: deleteTopicsResponseCodec };
/** From here on a topic's id may stand instead of its name. */
const TOPIC_IDS_FROM = 6;

/** `sluice topic delete` */
export async function deleteTopics(shell: Shell, names: readonly string[], options: TopicDeleteOptions): Promise<void> {
  const response = await withCluster(shell, options, async (cluster) => {
    const broker = await cluster.controller();
    return await broker.request(DELETE_TOPICS, (version) => ({
      ...(version >= TOPIC_IDS_FROM
        ? { topics: names.map((name) => ({ name, topicId: ZERO_UUID })) }
        : { topicNames: [...names] }),
      timeoutMs: options.timeout,
    }));
  });
  const outcomes = inOrderOf(names, response.responses).map((result) => ({
    result,
    status: statusOf(result, options),
  }));
  if (options.json) {
    await printJson(
      shell,
      outcomes.map(({ result, status }) => ({
        name: result.name,
        status,
        ...(status === 'failed' ? { error: new KafkaError(result.errorCode, result.errorMessage).codeName } : {}),
      })),
    );
  }
  for (const { result, status } of outcomes) {
    if (options.json) break;
    if (status === 'deleted') await printText(shell, `deleted topic ${result.name}`);
    if (status === 'missing') await printText(shell, `there is no topic ${result.name}`);
  }
  throwFailures(
    outcomes
      .filter(({ status }) => status === 'failed')
      .map(({ result }) => refusal(`topic ${result.name}`, new KafkaError(result.errorCode, result.errorMessage))),
  );
}

function statusOf({ errorCode }: TopicResult, options: TopicDeleteOptions): 'deleted' | 'missing' | 'failed' {
  if (errorCode === ErrorCode.NONE) return 'deleted';
  return errorCode === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION && options.ifExists ? 'missing' : 'failed';
}
