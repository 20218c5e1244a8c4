/*
 * ShareGroupHeartbeat (76), version 1.
 *
 * - One request for all of a share group's membership (KIP-932): joining, staying, telling what one reads, leaving; the
 *   answer brings the assignment. Members name themselves.
 * - Who subscribes to what nobody has read in this group before gets it with a later heartbeat: its state is begun first.
 * - UNSUPPORTED_VERSION where `share.version` is 0.
 */
import type { GroupCoordinator } from '@sluice/coordinator/group/group-coordinator';
import type { ClusterImage } from '@sluice/metadata/image/cluster-image';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { shareGroupHeartbeatRequestCodec } from '@sluice/protocol/generated/messages/share-group-heartbeat-request';
import { shareGroupHeartbeatResponseCodec } from '@sluice/protocol/generated/messages/share-group-heartbeat-response';
import { defineApi } from '../define-api.ts';
import { requestContext } from '../groups/request-context.ts';
import { areShareGroupsEnabled } from '../share/share-enabled.ts';

const REFUSED = { throttleTimeMs: 0, errorCode: ErrorCode.UNSUPPORTED_VERSION, memberEpoch: 0, heartbeatIntervalMs: 0 };

export function shareGroupHeartbeatApi({ groups, image }: { groups: GroupCoordinator; image: ClusterImage }) {
  return defineApi({
    request: shareGroupHeartbeatRequestCodec,
    response: shareGroupHeartbeatResponseCodec,
    handle(request, info) {
      return areShareGroupsEnabled(image) ? groups.share.heartbeat(request, requestContext(info)) : REFUSED;
    },
  });
}
