/*
 * DescribeGroups (15), versions 0–6.
 *
 * - Classic groups. Up to v5 any other id is a dead group; from v6 on it is GROUP_ID_NOT_FOUND (KIP-1043).
 * - A group that is named again and again is described a few times (REPEATS_MAX).
 * - v3: authorized operations (KIP-430). v4: static members. v5: flexible.
 */
import type { GroupCoordinator } from '@sluice/coordinator/group/group-coordinator';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { describeGroupsRequestCodec } from '@sluice/protocol/generated/messages/describe-groups-request';
import { describeGroupsResponseCodec } from '@sluice/protocol/generated/messages/describe-groups-response';
import { GROUP_OPERATIONS, OPERATIONS_NOT_ASKED } from '../authorized-operations.ts';
import { defineApi } from '../define-api.ts';
import { withFewRepeats } from '../groups/few-repeats.ts';
import { requestContext } from '../groups/request-context.ts';

export function describeGroupsApi({ groups }: { groups: GroupCoordinator }) {
  return defineApi({
    request: describeGroupsRequestCodec,
    response: describeGroupsResponseCodec,
    async handle({ groups: groupIds, includeAuthorizedOperations }, info) {
      const response = await groups.describeGroups(
        withFewRepeats(groupIds, (id) => id),
        requestContext(info),
      );
      return {
        groups: response.groups.map((group) => ({
          ...group,
          authorizedOperations:
            includeAuthorizedOperations && group.errorCode === ErrorCode.NONE ? GROUP_OPERATIONS : OPERATIONS_NOT_ASKED,
        })),
      };
    },
  });
}
