import type { Cluster } from '@sluice/client/cluster';
import { KafkaError } from '@sluice/client/kafka-error';
import { retry } from '@sluice/client/retry';
import type { TopicPartition } from '@sluice/client/topic-partition';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { MetadataResponseTopic as Topic } from '@sluice/protocol/generated/messages/metadata-response';
import { CliFailure } from '../../failure.ts';
import { refusal } from '../explain-failure.ts';

export interface ChosenTopics {
  readonly topics: readonly string[];
  readonly partitions: readonly TopicPartition[];
}

/** The topics that were named, or those whose whole name an expression matches. */
export async function chooseTopics(
  cluster: Cluster,
  names: readonly string[],
  include: RegExp | undefined,
): Promise<ChosenTopics> {
  // A cluster that is not there is not waited for; a topic that was just made is.
  await cluster.any();
  const topics = await retry(cluster.clock, cluster.timeoutMs, async () => {
    const { topics } = await cluster.metadata(include === undefined ? names : 'all');
    const chosen = include === undefined ? topics : topics.filter((topic) => isIncluded(topic, include));
    for (const { name, errorCode } of chosen) {
      if (errorCode !== ErrorCode.NONE) throw unusable(name ?? '', new KafkaError(errorCode, null));
    }
    return chosen;
  });
  if (topics.length === 0) {
    throw new CliFailure('not-found', 'no topic matches --include', '`sluice topic list` shows what there is');
  }
  return {
    topics: topics.map(({ name }) => name ?? ''),
    partitions: topics.flatMap(({ name, partitions }) =>
      partitions.map(({ partitionIndex }) => ({ topic: name ?? '', partition: partitionIndex })),
    ),
  };
}

function isIncluded({ name, isInternal }: Topic, include: RegExp): boolean {
  return !isInternal && include.test(name ?? '');
}

/** What passes is thrown as it is, to be tried again; an unknown topic is not waited for. */
function unusable(name: string, error: KafkaError): unknown {
  const isWaitedFor = error.isRetriable && error.code !== ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  return isWaitedFor ? error : refusal(`topic ${name}`, error);
}
