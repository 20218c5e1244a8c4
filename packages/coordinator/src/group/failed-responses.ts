import { EMPTY_BYTES } from '@sluice/protocol/empty-bytes';
import type { ConsumerGroupHeartbeatResponseInput } from '@sluice/protocol/generated/messages/consumer-group-heartbeat-response';
import type { JoinGroupResponseInput } from '@sluice/protocol/generated/messages/join-group-response';
import type { LeaveGroupResponseInput } from '@sluice/protocol/generated/messages/leave-group-response';
import type { OffsetCommitRequest } from '@sluice/protocol/generated/messages/offset-commit-request';
import type { OffsetCommitResponseInput } from '@sluice/protocol/generated/messages/offset-commit-response';
import type { OffsetDeleteResponseInput } from '@sluice/protocol/generated/messages/offset-delete-response';
import type { SyncGroupResponseInput } from '@sluice/protocol/generated/messages/sync-group-response';

/* An error code as the response of each API says it. */

/** JoinGroup's protocol name may be null from this version on. */
const NULL_PROTOCOL_NAME_FROM = 7;

export function joinFailed(errorCode: number, memberId: string, apiVersion: number): JoinGroupResponseInput {
  const protocolName = apiVersion >= NULL_PROTOCOL_NAME_FROM ? null : '';
  return { errorCode, memberId, generationId: -1, protocolType: null, protocolName, leader: '', members: [] };
}

export function syncFailed(errorCode: number): SyncGroupResponseInput {
  return { errorCode, protocolType: null, protocolName: null, assignment: EMPTY_BYTES };
}

export function leaveFailed(errorCode: number): LeaveGroupResponseInput {
  return { errorCode, members: [] };
}

export function consumerHeartbeatFailed(
  errorCode: number,
  errorMessage: string | null = null,
): ConsumerGroupHeartbeatResponseInput {
  return {
    throttleTimeMs: 0,
    errorCode,
    errorMessage,
    memberId: null,
    memberEpoch: 0,
    heartbeatIntervalMs: 0,
    assignment: null,
  };
}

export function offsetCommitFailed(
  { topics }: Pick<OffsetCommitRequest, 'topics'>,
  errorCode: number,
): OffsetCommitResponseInput {
  return {
    topics: topics.map(({ name, topicId, partitions }) => ({
      name,
      topicId,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
    })),
  };
}

export function offsetDeleteFailed(errorCode: number): OffsetDeleteResponseInput {
  return { errorCode, throttleTimeMs: 0, topics: [] };
}
