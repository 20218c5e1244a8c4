import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { ConsumerGroupHeartbeatRequest } from '@sluice/protocol/generated/messages/consumer-group-heartbeat-request';
import { shown } from './shown.ts';

/** From then on members name themselves (KIP-1082). */
const OWN_MEMBER_ID_FROM = 1;

const JOINING_EPOCH = 0;
const LEAVING_EPOCH = -1;
/** A static member that leaves for a while. */
const LEAVING_STATIC_EPOCH = -2;

export interface RequestFault {
  readonly errorCode: number;
  readonly errorMessage: string;
}

/** What Kafka refuses of a ConsumerGroupHeartbeat before it looks at the group, in its order. */
export function checkConsumerHeartbeat(
  request: ConsumerGroupHeartbeatRequest,
  apiVersion: number,
  assignors: readonly string[],
): RequestFault | undefined {
  const { memberEpoch, serverAssignor } = request;
  const mustHaveId = apiVersion >= OWN_MEMBER_ID_FROM || memberEpoch > 0 || memberEpoch === LEAVING_EPOCH;
  if (mustHaveId && isBlank(request.memberId)) return invalid("MemberId can't be empty.");
  if (isBlank(request.groupId)) return invalid("GroupId can't be empty.");
  if (isBlank(request.instanceId)) return invalid("InstanceId can't be empty.");
  if (isBlank(request.rackId)) return invalid("RackId can't be empty.");
  const fault = checkEpoch(request);
  if (fault !== undefined) return invalid(fault);
  if (serverAssignor === null || assignors.includes(serverAssignor)) return undefined;
  return {
    errorCode: ErrorCode.UNSUPPORTED_ASSIGNOR,
    errorMessage: `ServerAssignor ${shown(serverAssignor)} is not supported. Supported assignors: ${assignors.join(', ')}.`,
  };
}

function checkEpoch(request: ConsumerGroupHeartbeatRequest): string | undefined {
  const { memberEpoch, subscribedTopicNames, subscribedTopicRegex } = request;
  if (memberEpoch === JOINING_EPOCH) {
    if (request.rebalanceTimeoutMs === -1) return 'RebalanceTimeoutMs must be provided in first request.';
    if (request.topicPartitions?.length !== 0) return 'TopicPartitions must be empty when (re-)joining.';
    if (subscribedTopicNames === null && subscribedTopicRegex === null) {
      return 'Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.';
    }
  } else if (memberEpoch === LEAVING_STATIC_EPOCH) {
    if (request.instanceId === null) return "InstanceId can't be null.";
  } else if (memberEpoch < LEAVING_STATIC_EPOCH) {
    return 'MemberEpoch is invalid.';
  }
  return undefined;
}

/** Null is not blank: it is nothing at all. */
function isBlank(text: string | null): boolean {
  return text !== null && text.trim() === '';
}

function invalid(errorMessage: string): RequestFault {
  return { errorCode: ErrorCode.INVALID_REQUEST, errorMessage };
}
