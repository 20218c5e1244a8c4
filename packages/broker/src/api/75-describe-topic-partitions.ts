/*
 * DescribeTopicPartitions (75), version 0.
 *
 * - Topics in the order of their names, page by page: at most `max.request.partition.size.limit` partitions an answer,
 *   then a cursor to the next (KIP-966).
 */
import { ZERO_UUID } from '@sluice/kernel/ids';
import { validateTopicName } from '@sluice/metadata/controller/topic-name';
import type { ClusterImage, TopicImage } from '@sluice/metadata/image/cluster-image';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { describeTopicPartitionsRequestCodec } from '@sluice/protocol/generated/messages/describe-topic-partitions-request';
import {
  type DescribeTopicPartitionsResponseInput,
  describeTopicPartitionsResponseCodec,
} from '@sluice/protocol/generated/messages/describe-topic-partitions-response';
import { TOPIC_OPERATIONS } from '../authorized-operations.ts';
import { defineApi } from '../define-api.ts';
import { offlineReplicas } from '../describe-brokers.ts';
import { isInternalTopic } from '../topics.ts';

type TopicResponse = DescribeTopicPartitionsResponseInput['topics'][number];
type Cursor = { topicName: string; partitionIndex: number } | null;

export interface DescribeTopicPartitionsServices {
  readonly image: ClusterImage;
  /** `max.request.partition.size.limit` */
  readonly partitionCountMax: number;
}

export function describeTopicPartitionsApi({ image, partitionCountMax }: DescribeTopicPartitionsServices) {
  function describePartition(topic: TopicImage, partitionIndex: number) {
    const state = topic.partitions[partitionIndex];
    if (state === undefined) return [];
    return [
      {
        errorCode: state.leader < 0 ? ErrorCode.LEADER_NOT_AVAILABLE : ErrorCode.NONE,
        partitionIndex,
        leaderId: state.leader,
        leaderEpoch: state.leaderEpoch,
        replicaNodes: [...state.replicas],
        isrNodes: [...state.isr],
        eligibleLeaderReplicas: [...state.elr],
        lastKnownElr: [],
        offlineReplicas: offlineReplicas(image, state),
      },
    ];
  }

  function describe(topic: TopicImage, from: number, to: number): TopicResponse {
    const indexes = Array.from({ length: to - from }, (_, i) => from + i);
    return {
      errorCode: ErrorCode.NONE,
      name: topic.name,
      topicId: topic.id,
      isInternal: isInternalTopic(topic.name),
      partitions: indexes.flatMap((index) => describePartition(topic, index)),
      topicAuthorizedOperations: TOPIC_OPERATIONS,
    };
  }

  return defineApi({
    request: describeTopicPartitionsRequestCodec,
    response: describeTopicPartitionsResponseCodec,
    handle({ topics: asked, responsePartitionLimit, cursor }) {
      if (cursor !== null && isElsewhere(cursor, asked)) {
        return { topics: asked.map(({ name }) => invalidRequest(name)), nextCursor: null };
      }
      const names = [...new Set(asked.length > 0 ? asked.map(({ name }) => name) : image.topicsByName.keys())].sort();
      const topics: TopicResponse[] = [];
      let left = Math.min(Math.max(responsePartitionLimit, 1), partitionCountMax);
      let nextCursor: Cursor = null;
      for (const name of names) {
        if (cursor !== null && name < cursor.topicName) continue;
        const topic = image.topicsByName.get(name);
        const from = cursor !== null && name === cursor.topicName ? cursor.partitionIndex : 0;
        if (left === 0) {
          nextCursor = { topicName: name, partitionIndex: from };
          break;
        }
        if (topic === undefined) {
          topics.push(unknown(name));
          continue;
        }
        const to = Math.min(topic.partitions.length, from + left);
        topics.push(describe(topic, from, Math.max(from, to)));
        left -= Math.max(0, to - from);
        if (to < topic.partitions.length) {
          nextCursor = { topicName: name, partitionIndex: to };
          break;
        }
      }
      return { topics, nextCursor };
    },
  });
}

/** A cursor must point into the topics that are asked for. */
function isElsewhere(cursor: NonNullable<Cursor>, asked: readonly { readonly name: string }[]): boolean {
  const isAsked = asked.length === 0 || asked.some(({ name }) => name === cursor.topicName);
  return !isAsked || cursor.partitionIndex < 0;
}

function invalidRequest(name: string): TopicResponse {
  return { errorCode: ErrorCode.INVALID_REQUEST, name, topicId: ZERO_UUID, isInternal: false, partitions: [] };
}

function unknown(name: string): TopicResponse {
  const isInvalid = validateTopicName(name) !== undefined;
  const errorCode = isInvalid ? ErrorCode.INVALID_TOPIC_EXCEPTION : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  return {
    errorCode,
    name,
    topicId: ZERO_UUID,
    isInternal: isInternalTopic(name),
    partitions: [],
    topicAuthorizedOperations: TOPIC_OPERATIONS,
  };
}
