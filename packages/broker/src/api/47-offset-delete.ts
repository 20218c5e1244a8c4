/*
 * OffsetDelete (47), version 0.
 *
 * - Takes committed offsets back (KIP-496).
 * - Topics that the group is subscribed to keep their offsets: GROUP_SUBSCRIBED_TO_TOPIC.
 * - Partitions that do not exist are UNKNOWN_TOPIC_OR_PARTITION; an error of the group is the whole answer.
 */
import type { GroupCoordinator } from '@sluice/coordinator/group/group-coordinator';
import type { ClusterImage } from '@sluice/metadata/image/cluster-image';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { offsetDeleteRequestCodec } from '@sluice/protocol/generated/messages/offset-delete-request';
import { offsetDeleteResponseCodec } from '@sluice/protocol/generated/messages/offset-delete-response';
import { defineApi } from '../define-api.ts';
import { mergeTopics, separateUnknown } from '../groups/existing-partitions.ts';

export function offsetDeleteApi({ groups, image }: { groups: GroupCoordinator; image: ClusterImage }) {
  return defineApi({
    request: offsetDeleteRequestCodec,
    response: offsetDeleteResponseCodec,
    async handle(request) {
      const { known, unknown } = separateUnknown(request.topics, (topic) => image.topicsByName.get(topic.name));
      const response = await groups.deleteOffsets({ ...request, topics: known });
      if (response.errorCode !== ErrorCode.NONE || unknown.length === 0) return response;
      const refused = unknown.map(({ topic: { name }, partitions }) => ({ name, partitions }));
      return { ...response, topics: mergeTopics(refused, response.topics, ({ name }) => name) };
    },
  });
}
