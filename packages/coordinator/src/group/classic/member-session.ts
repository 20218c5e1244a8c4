import type { TimestampMs } from '@sluice/kernel/ids';
import type { ShardTimers, Step } from '../../runtime/coordinator-shard.ts';
import type { GroupRecord } from '../group-record.ts';

/** How long a member may stay silent. */
export interface MemberSession {
  /** It was heard of: the time begins anew. */
  extend(timeoutMs: number): void;
  end(): void;
}

/** The key and the action are made once: extending is what every heartbeat does. */
export function createMemberSession(
  timers: ShardTimers<GroupRecord>,
  groupId: string,
  memberId: string,
  onExpired: (now: TimestampMs) => Step<GroupRecord>,
): MemberSession {
  // The length keeps apart what the ids could make alike.
  const key = `classic-session/${groupId.length}/${groupId}/${memberId}`;
  return {
    extend: (timeoutMs) => timers.set(key, timeoutMs, onExpired),
    end: () => timers.cancel(key),
  };
}

export const joinTimerKey = (groupId: string): string => `classic-join/${groupId}`;
export const syncTimerKey = (groupId: string): string => `classic-sync/${groupId}`;
