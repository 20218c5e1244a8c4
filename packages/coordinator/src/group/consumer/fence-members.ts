import type { TimestampMs } from '@sluice/kernel/ids';
import { NOTHING, type Step } from '../../runtime/coordinator-shard.ts';
import type { GroupRecord } from '../group-record.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import { type ConsumerGroupMember, regexOf } from './consumer-group-member.ts';
import { groupEpochRecord, memberTombstones, regexTombstone } from './consumer-group-records.ts';
import { type ConsumerScope, consumerGroupOf } from './consumer-scope.ts';
import { addToCount } from './counts.ts';
import { downgrade, isDowngradeDue } from './downgrade.ts';
import { cancelMemberTimers } from './member-timers.ts';

/** Members that left, or were silent for too long, are out; the group moves on without them. */
export function fenceMembers(
  scope: ConsumerScope,
  group: ConsumerGroup,
  members: readonly ConsumerGroupMember[],
  now: TimestampMs,
): readonly GroupRecord[] {
  if (members.length === 0) return [];
  const { groupId, groupEpoch } = group;
  for (const { memberId } of members) cancelMemberTimers(scope.environment.timers, groupId, memberId);
  if (isDowngradeDue(scope, group, members)) {
    const rebalanceReason = 'the last members of the consumer protocol are gone';
    return downgrade(scope, group, { leaving: new Set(members), joining: undefined, rebalanceReason }, now);
  }
  const orphans = orphanedRegexes(group, members);
  const changes = members.map((old) => ({ old, updated: undefined }));
  const topics = group.subscriptions.topicsAfter(changes, new Map(orphans.map((regex) => [regex, undefined])));
  return [
    ...members.flatMap(({ memberId }) => memberTombstones(groupId, memberId)),
    ...orphans.map((regex) => regexTombstone(groupId, regex)),
    groupEpochRecord(groupId, groupEpoch + 1, scope.topicHashes.ofTopics(topics)),
  ];
}

/** Regular expressions that nobody will have any more. */
function orphanedRegexes(group: ConsumerGroup, members: readonly ConsumerGroupMember[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const member of members) {
    const regex = regexOf(member);
    if (regex !== undefined) addToCount(counts, regex, 1);
  }
  return [...counts]
    .filter(([regex, count]) => group.subscriptions.subscribersOf(regex) === count)
    .map(([regex]) => regex);
}

/** A timer of the member ran out. */
export function expireMember(
  scope: ConsumerScope,
  groupId: string,
  memberId: string,
  reason: string,
  now: TimestampMs,
): Step<GroupRecord> {
  const group = consumerGroupOf(scope, groupId);
  const member = group?.members.get(memberId);
  if (group === undefined || member === undefined) return NOTHING;
  scope.environment.logger.info('a member of a consumer group is out', { groupId, memberId, reason });
  return { records: fenceMembers(scope, group, [member], now), replies: [] };
}
