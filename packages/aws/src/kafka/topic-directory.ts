import type { Cluster } from '@sluice/client/cluster';
import { KafkaError } from '@sluice/client/kafka-error';
import type { NodeId, Uuid } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { MetadataResponseTopic } from '@sluice/protocol/generated/messages/metadata-response';
import type { TopicInfo } from './kafka-log.ts';

/** Topics whose leaders are remembered; beyond that all are forgotten and asked for again. */
const TOPICS_MAX = 10_000;

export interface TopicLeaders {
  readonly topicId: Uuid;
  readonly leaders: ReadonlyMap<number, NodeId>;
}

/** Who leads what, as the cluster last said. */
export interface TopicDirectory {
  /** Fails with `KafkaError` if the topic is not there. */
  leaders(topic: string): Promise<TopicLeaders>;
  /** What is known was wrong: the next question goes to the cluster. */
  forget(topic: string): void;
  topic(name: string): Promise<TopicInfo | undefined>;
  topics(): Promise<readonly TopicInfo[]>;
}

export function createTopicDirectory(cluster: Cluster): TopicDirectory {
  const known = new Map<string, TopicLeaders>();

  async function describe(name: string): Promise<MetadataResponseTopic> {
    const { topics } = await cluster.metadata([name]);
    const described = topics[0];
    if (described === undefined) throw new KafkaError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, name);
    if (described.errorCode !== ErrorCode.NONE) throw new KafkaError(described.errorCode, name);
    return described;
  }

  function keep(name: string, { topicId, partitions }: MetadataResponseTopic): TopicLeaders {
    if (known.size >= TOPICS_MAX) known.clear();
    const kept = {
      topicId,
      leaders: new Map(partitions.map(({ partitionIndex, leaderId }) => [partitionIndex, leaderId])),
    };
    known.set(name, kept);
    return kept;
  }

  return {
    leaders: async (topic) => known.get(topic) ?? keep(topic, await describe(topic)),
    forget: (topic) => void known.delete(topic),
    async topic(name) {
      try {
        const described = await describe(name);
        keep(name, described);
        return infoOf(name, described);
      } catch (error) {
        if (error instanceof KafkaError && isMissing(error)) return undefined;
        throw error;
      }
    },
    async topics() {
      const { topics } = await cluster.metadata('all');
      return topics
        .filter(({ errorCode }) => errorCode === ErrorCode.NONE)
        .map((described) => infoOf(described.name ?? '', described));
    },
  };
}

function infoOf(name: string, { topicId, isInternal, partitions }: MetadataResponseTopic): TopicInfo {
  return { name, topicId, isInternal, partitionCount: partitions.length };
}

/** No topic can have the name, or none has it. */
function isMissing({ code }: KafkaError): boolean {
  return code === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION || code === ErrorCode.INVALID_TOPIC_EXCEPTION;
}
