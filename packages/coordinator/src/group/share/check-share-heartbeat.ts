import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { ShareGroupHeartbeatRequest } from '@sluice/protocol/generated/messages/share-group-heartbeat-request';

/** A UUID as text: Kafka takes nothing longer. */
export const MEMBER_ID_CHARS_MAX = 36;

export interface ShareRequestFault {
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

/** What Kafka refuses of a ShareGroupHeartbeat before it looks at the group, in its order. */
export function checkShareHeartbeat(request: ShareGroupHeartbeatRequest): ShareRequestFault | undefined {
  const { memberId, groupId, rackId, memberEpoch, subscribedTopicNames } = request;
  // Seen before all else, and without a word to it.
  if (memberId === '' || memberId.length > MEMBER_ID_CHARS_MAX) return invalid(null);
  if (memberId.trim() === '') return invalid("MemberId can't be empty.");
  if (groupId.trim() === '') return invalid("GroupId can't be empty.");
  if (rackId?.trim() === '') return invalid("RackId can't be empty.");
  if (memberEpoch < -1) return invalid('MemberEpoch is invalid.');
  const isSubscribed = subscribedTopicNames !== null && subscribedTopicNames.length > 0;
  if (memberEpoch === 0 && !isSubscribed) return invalid('SubscribedTopicNames must be set in first request.');
  return undefined;
}

function invalid(errorMessage: string | null): ShareRequestFault {
  return { errorCode: ErrorCode.INVALID_REQUEST, errorMessage };
}
