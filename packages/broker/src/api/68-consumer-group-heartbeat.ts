/*
 * ConsumerGroupHeartbeat (68), versions 0–1.
 *
 * - One request for all of KIP-848: joining, staying, telling what one reads and owns, leaving; the answer brings the assignment.
 * - UNSUPPORTED_VERSION where `group.coordinator.rebalance.protocols` leaves "consumer" out.
 * - v1: regular expressions, and members name themselves (KIP-1082).
 */
import { consumerHeartbeatFailed } from '@sluice/coordinator/group/failed-responses';
import type { GroupCoordinator } from '@sluice/coordinator/group/group-coordinator';
import type { GroupSettings } from '@sluice/coordinator/group/group-environment';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { consumerGroupHeartbeatRequestCodec } from '@sluice/protocol/generated/messages/consumer-group-heartbeat-request';
import { consumerGroupHeartbeatResponseCodec } from '@sluice/protocol/generated/messages/consumer-group-heartbeat-response';
import { defineApi } from '../define-api.ts';
import { requestContext } from '../groups/request-context.ts';

export interface ConsumerGroupHeartbeatServices {
  readonly groups: GroupCoordinator;
  readonly groupSettings: GroupSettings;
}

export function consumerGroupHeartbeatApi({ groups, groupSettings }: ConsumerGroupHeartbeatServices) {
  return defineApi({
    request: consumerGroupHeartbeatRequestCodec,
    response: consumerGroupHeartbeatResponseCodec,
    handle(request, info) {
      if (!groupSettings.consumer.isEnabled) return consumerHeartbeatFailed(ErrorCode.UNSUPPORTED_VERSION);
      return groups.heartbeatOfConsumer(request, requestContext(info));
    },
  });
}
