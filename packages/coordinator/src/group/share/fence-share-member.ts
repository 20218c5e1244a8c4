import type { TimestampMs } from '@sluice/kernel/ids';
import { NOTHING, type Step } from '../../runtime/coordinator-shard.ts';
import { createMemberSession } from '../consumer/member-timers.ts';
import type { GroupRecord } from '../group-record.ts';
import { asShareGroup } from './apply-record.ts';
import type { ShareGroup } from './share-group.ts';
import type { ShareGroupMember } from './share-group-member.ts';
import { groupEpochRecord, memberTombstones } from './share-group-records.ts';
import type { ShareScope } from './share-scope.ts';

/** A member that left, or was silent for too long, is out. */
export function fenceShareMember(scope: ShareScope, group: ShareGroup, member: ShareGroupMember): Step<GroupRecord> {
  const { groupId, groupEpoch } = group;
  const { memberId } = member;
  scope.environment.timers.cancel(sessionKey(groupId, memberId));
  const topics = group.subscribedTopicsAfter(member, undefined).keys();
  return {
    records: [
      ...memberTombstones(groupId, memberId),
      groupEpochRecord(groupId, groupEpoch + 1, scope.topicHashes.ofTopics(topics)),
    ],
    replies: [],
  };
}

/** The member was heard of: it may be silent for its session timeout again. */
export function extendShareSession(scope: ShareScope, group: ShareGroup, memberId: string): void {
  const { groupId } = group;
  const { timers, settings } = scope.environment;
  let session = group.sessions.get(memberId);
  if (session === undefined) {
    session = createMemberSession(timers, sessionKey(groupId, memberId), (now) =>
      expire(scope, groupId, memberId, now),
    );
    group.sessions.set(memberId, session);
  }
  session.extend(settings.share.sessionTimeoutMs(groupId));
}

function expire(scope: ShareScope, groupId: string, memberId: string, _now: TimestampMs): Step<GroupRecord> {
  const group = asShareGroup(scope.table.get(groupId));
  const member = group?.members.get(memberId);
  if (group === undefined || member === undefined) return NOTHING;
  scope.environment.logger.info('a member of a share group is out', {
    groupId,
    memberId,
    reason: 'its session expired',
  });
  return fenceShareMember(scope, group, member);
}

/** The length keeps apart what the ids could make alike. */
function sessionKey(groupId: string, memberId: string): string {
  return `share-session/${groupId.length}/${groupId}/${memberId}`;
}
