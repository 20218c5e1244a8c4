import { encodeConsumerSubscription } from '@sluice/protocol/consumer-protocol';
import type { HeartbeatRequest } from '@sluice/protocol/generated/messages/heartbeat-request';
import type { JoinGroupRequest } from '@sluice/protocol/generated/messages/join-group-request';
import type { SyncGroupRequest } from '@sluice/protocol/generated/messages/sync-group-request';

/** What requests of tests say unless they say otherwise. */
export const GROUP_ID = 'group';
export const REBALANCE_TIMEOUT_MS = 60_000;

/** A subscription to these topics, as clients send it. */
export function subscription(...topics: string[]): Buffer {
  return encodeConsumerSubscription({ topics, userData: null }, 0);
}

export function joinRequest(said: Partial<JoinGroupRequest>, sessionTimeoutMs: number) {
  return {
    groupId: GROUP_ID,
    sessionTimeoutMs,
    rebalanceTimeoutMs: REBALANCE_TIMEOUT_MS,
    memberId: '',
    groupInstanceId: null,
    protocolType: 'consumer',
    reason: null,
    ...said,
    protocols: said.protocols ?? [{ name: 'range', metadata: subscription('orders') }],
  };
}

export function syncRequest(said: Partial<SyncGroupRequest>) {
  return {
    groupId: GROUP_ID,
    memberId: '',
    generationId: 1,
    groupInstanceId: null,
    protocolType: null,
    protocolName: null,
    assignments: [],
    ...said,
  };
}

export function heartbeatRequest(said: Partial<HeartbeatRequest>) {
  return { groupId: GROUP_ID, memberId: '', generationId: 1, groupInstanceId: null, ...said };
}

/** Members that leave, as `LeaveGroup` names them. */
export function leavers(
  members: readonly { memberId: string; groupInstanceId?: string | null; reason?: string | null }[],
) {
  return members.map(({ memberId, groupInstanceId = null, reason = null }) => ({ memberId, groupInstanceId, reason }));
}
