/*
 * ShareGroupDescribe (77), version 1.
 *
 * - Share groups (KIP-932); any other id is GROUP_ID_NOT_FOUND.
 * - A group that is named again and again is described a few times (REPEATS_MAX).
 * - UNSUPPORTED_VERSION where `share.version` is 0.
 */
import type { GroupCoordinator } from '@sluice/coordinator/group/group-coordinator';
import { undescribedShareGroup } from '@sluice/coordinator/group/share/describe';
import type { ClusterImage } from '@sluice/metadata/image/cluster-image';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { shareGroupDescribeRequestCodec } from '@sluice/protocol/generated/messages/share-group-describe-request';
import { shareGroupDescribeResponseCodec } from '@sluice/protocol/generated/messages/share-group-describe-response';
import { GROUP_OPERATIONS, OPERATIONS_NOT_ASKED } from '../authorized-operations.ts';
import { defineApi } from '../define-api.ts';
import { withFewRepeats } from '../groups/few-repeats.ts';
import { areShareGroupsEnabled } from '../share/share-enabled.ts';

export function shareGroupDescribeApi({ groups, image }: { groups: GroupCoordinator; image: ClusterImage }) {
  return defineApi({
    request: shareGroupDescribeRequestCodec,
    response: shareGroupDescribeResponseCodec,
    async handle({ groupIds: asked, includeAuthorizedOperations }) {
      const groupIds = withFewRepeats(asked, (id) => id);
      if (!areShareGroupsEnabled(image)) {
        const refused = groupIds.map((groupId) => undescribedShareGroup(groupId, ErrorCode.UNSUPPORTED_VERSION));
        return { throttleTimeMs: 0, groups: refused };
      }
      const response = await groups.share.describe(groupIds);
      return {
        ...response,
        groups: response.groups.map((group) => ({
          ...group,
          authorizedOperations:
            includeAuthorizedOperations && group.errorCode === ErrorCode.NONE ? GROUP_OPERATIONS : OPERATIONS_NOT_ASKED,
        })),
      };
    },
  });
}
