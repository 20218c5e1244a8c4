import type { TimestampMs } from '@sluice/kernel/ids';
import type { ShardTimers, Step } from '../../runtime/coordinator-shard.ts';
import type { GroupRecord } from '../group-record.ts';

type Action = (now: TimestampMs) => Step<GroupRecord>;

/** How long a member may stay silent. */
export interface MemberSession {
  extend(timeoutMs: number): void;
}

/** The key and the action are made once: extending is what every heartbeat does. */
export function createMemberSession(timers: ShardTimers<GroupRecord>, key: string, onExpired: Action): MemberSession {
  return { extend: (timeoutMs) => timers.set(key, timeoutMs, onExpired) };
}

/** It heartbeats. */
export const sessionKey = (groupId: string, memberId: string) => memberKey('session', groupId, memberId);
/** It gives up what it was told to give up. */
export const rebalanceKey = (groupId: string, memberId: string) => memberKey('rebalance', groupId, memberId);
/** A classic member joins again after it was told of a rebalance. */
export const joinKey = (groupId: string, memberId: string) => memberKey('join', groupId, memberId);
/** A classic member asks for its assignment after it joined. */
export const syncKey = (groupId: string, memberId: string) => memberKey('sync', groupId, memberId);
/** Regular expressions of the group are to be resolved. */
export const regexKey = (groupId: string) => `consumer-regex/${groupId}`;
/** The group became a classic one, and is to rebalance. */
export const downgradeKey = (groupId: string) => `consumer-downgrade/${groupId}`;

export function cancelMemberTimers(timers: ShardTimers<GroupRecord>, groupId: string, memberId: string): void {
  for (const key of [sessionKey, rebalanceKey, joinKey, syncKey]) timers.cancel(key(groupId, memberId));
}

/** The length keeps apart what the ids could make alike. */
function memberKey(kind: string, groupId: string, memberId: string): string {
  return `consumer-${kind}/${groupId.length}/${groupId}/${memberId}`;
}
