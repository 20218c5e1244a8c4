/*
 * OffsetCommit (8), versions 2–10.
 *
 * - Partitions that do not exist are UNKNOWN_TOPIC_OR_PARTITION, unknown topic ids UNKNOWN_TOPIC_ID; the others are
 *   committed, all or none. A request without any other does not reach the group.
 * - v2–4: retention time. v6: leader epochs (KIP-320). v7: static members (KIP-345). v8: flexible. v9: the member epochs
 *   of KIP-848. v10: topic ids.
 */
import type { GroupCoordinator } from '@sluice/coordinator/group/group-coordinator';
import type { ClusterImage } from '@sluice/metadata/image/cluster-image';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import {
  type OffsetCommitRequest,
  type OffsetCommitRequestTopic,
  offsetCommitRequestCodec,
} from '@sluice/protocol/generated/messages/offset-commit-request';
import {
  type OffsetCommitResponseInput,
  offsetCommitResponseCodec,
} from '@sluice/protocol/generated/messages/offset-commit-response';
import { defineApi } from '../define-api.ts';
import { mergeTopics, separateUnknown } from '../groups/existing-partitions.ts';
import { requestContext } from '../groups/request-context.ts';

type TopicAnswer = OffsetCommitResponseInput['topics'][number];

const TOPIC_IDS_FROM = 10;

export function offsetCommitApi({ groups, image }: { groups: GroupCoordinator; image: ClusterImage }) {
  /** Gives topics their names; those of unknown ids are refused. */
  function named(topics: readonly OffsetCommitRequestTopic[], refused: TopicAnswer[]): OffsetCommitRequestTopic[] {
    return topics.flatMap((topic) => {
      const name = image.topicsById.get(topic.topicId)?.name;
      if (name !== undefined) return [{ ...topic, name }];
      const partitions = topic.partitions.map(({ partitionIndex }) => ({
        partitionIndex,
        errorCode: ErrorCode.UNKNOWN_TOPIC_ID,
      }));
      refused.push({ topicId: topic.topicId, partitions });
      return [];
    });
  }

  return defineApi({
    request: offsetCommitRequestCodec,
    response: offsetCommitResponseCodec,
    async handle(request: OffsetCommitRequest, info): Promise<OffsetCommitResponseInput> {
      const usesIds = info.apiVersion >= TOPIC_IDS_FROM;
      const refused: TopicAnswer[] = [];
      const topics = usesIds ? named(request.topics, refused) : request.topics;
      const { known, unknown } = separateUnknown(topics, (topic) => image.topicsByName.get(topic.name));
      for (const { topic, partitions } of unknown) {
        refused.push({ name: topic.name, topicId: topic.topicId, partitions });
      }
      if (known.length === 0) return { topics: refused };
      const response = await groups.commitOffsets({ ...request, topics: known }, requestContext(info));
      if (refused.length === 0) return response;
      return { topics: mergeTopics(refused, response.topics, (topic) => (usesIds ? topic.topicId : topic.name) ?? '') };
    },
  });
}
