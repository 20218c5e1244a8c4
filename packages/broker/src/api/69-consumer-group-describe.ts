/*
 * ConsumerGroupDescribe (69), versions 0–1.
 *
 * - Consumer groups (KIP-848); any other id is GROUP_ID_NOT_FOUND.
 * - A group that is named again and again is described a few times (REPEATS_MAX).
 * - UNSUPPORTED_VERSION where `group.coordinator.rebalance.protocols` leaves "consumer" out.
 * - v1: whether a member is a classic one (KIP-1099).
 */
import { undescribedConsumerGroup } from '@sluice/coordinator/group/describe-group';
import type { GroupCoordinator } from '@sluice/coordinator/group/group-coordinator';
import type { GroupSettings } from '@sluice/coordinator/group/group-environment';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { consumerGroupDescribeRequestCodec } from '@sluice/protocol/generated/messages/consumer-group-describe-request';
import { consumerGroupDescribeResponseCodec } from '@sluice/protocol/generated/messages/consumer-group-describe-response';
import { GROUP_OPERATIONS, OPERATIONS_NOT_ASKED } from '../authorized-operations.ts';
import { defineApi } from '../define-api.ts';
import { withFewRepeats } from '../groups/few-repeats.ts';

export interface ConsumerGroupDescribeServices {
  readonly groups: GroupCoordinator;
  readonly groupSettings: GroupSettings;
}

export function consumerGroupDescribeApi({ groups, groupSettings }: ConsumerGroupDescribeServices) {
  return defineApi({
    request: consumerGroupDescribeRequestCodec,
    response: consumerGroupDescribeResponseCodec,
    async handle({ groupIds: asked, includeAuthorizedOperations }) {
      const groupIds = withFewRepeats(asked, (id) => id);
      if (!groupSettings.consumer.isEnabled) {
        const refused = groupIds.map((groupId) => undescribedConsumerGroup(groupId, ErrorCode.UNSUPPORTED_VERSION));
        return { throttleTimeMs: 0, groups: refused };
      }
      const response = await groups.describeConsumerGroups(groupIds);
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
