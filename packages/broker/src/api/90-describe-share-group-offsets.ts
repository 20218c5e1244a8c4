/*
 * DescribeShareGroupOffsets (90), versions 0–1.
 *
 * - Where a share group stands, in these topics or in all that it has state of. A topic that does not exist, or that the
 *   group knows nothing of, is at −1; a group that does not exist has no topics.
 * - A partition that does not exist is UNKNOWN_TOPIC_OR_PARTITION, where Kafka never answers.
 * - v1: how many records there are still to do (KIP-1226).
 */
import type { GroupCoordinator } from '@sluice/coordinator/group/group-coordinator';
import type { ClusterImage } from '@sluice/metadata/image/cluster-image';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { describeShareGroupOffsetsRequestCodec } from '@sluice/protocol/generated/messages/describe-share-group-offsets-request';
import { describeShareGroupOffsetsResponseCodec } from '@sluice/protocol/generated/messages/describe-share-group-offsets-response';
import { defineApi } from '../define-api.ts';
import { withFewRepeats } from '../groups/few-repeats.ts';
import { areShareGroupsEnabled } from '../share/share-enabled.ts';

export function describeShareGroupOffsetsApi({ groups, image }: { groups: GroupCoordinator; image: ClusterImage }) {
  return defineApi({
    request: describeShareGroupOffsetsRequestCodec,
    response: describeShareGroupOffsetsResponseCodec,
    handle(request) {
      const asked = withFewRepeats(request.groups, ({ groupId }) => groupId);
      if (areShareGroupsEnabled(image)) return groups.share.describeOffsets({ groups: asked });
      const refused = asked.map(({ groupId }) => ({ groupId, topics: [], errorCode: ErrorCode.UNSUPPORTED_VERSION }));
      return { throttleTimeMs: 0, groups: refused };
    },
  });
}
