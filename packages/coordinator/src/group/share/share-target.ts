import type { TimestampMs, Uuid } from '@sluice/kernel/ids';
import { type Assignment, EMPTY_ASSIGNMENT } from '../assignors/assignor.ts';
import type { GroupRecord } from '../group-record.ts';
import type { ShareGroup } from './share-group.ts';
import type { ShareGroupMember } from './share-group-member.ts';
import { assignmentEpochRecord, targetRecord } from './share-group-records.ts';
import type { ShareScope } from './share-scope.ts';
import { assignSimply, type SimpleAssignorMember } from './simple-assignor.ts';

/** What a member is to have, and as of which epoch. */
export interface ShareTarget {
  readonly epoch: number;
  readonly assignment: Assignment;
}

/** The target of the member that just changed: computed anew for all if the group is ahead of it, but not too often (KIP-1263). */
export function targetAfter(
  scope: ShareScope,
  group: ShareGroup,
  groupEpoch: number,
  updated: ShareGroupMember,
  now: TimestampMs,
  records: GroupRecord[],
): ShareTarget {
  const { groupId } = group;
  if (group.assignmentEpoch >= groupEpoch || !isIntervalOver(scope, group, now)) {
    return { epoch: group.assignmentEpoch, assignment: group.target(updated.memberId) };
  }
  const targets = assignSimply(assignorMembers(scope, group, updated), assignablePartitions(scope, group));
  for (const [memberId, assignment] of targets) {
    if (group.targets.get(memberId) !== assignment) records.push(targetRecord(groupId, memberId, assignment));
  }
  records.push(assignmentEpochRecord(groupId, groupEpoch, now));
  return { epoch: groupEpoch, assignment: targets.get(updated.memberId) ?? EMPTY_ASSIGNMENT };
}

function isIntervalOver(scope: ShareScope, group: ShareGroup, now: TimestampMs): boolean {
  const intervalMs = scope.environment.settings.share.assignmentIntervalMs(group.groupId);
  if (intervalMs === 0 || group.assignmentTimestampMs === 0) return true;
  return now >= group.assignmentTimestampMs + intervalMs;
}

/** What has share state, of topics that are as they were. */
function assignablePartitions(scope: ShareScope, group: ShareGroup): ReadonlyMap<Uuid, readonly number[]> {
  const assignable = new Map<Uuid, readonly number[]>();
  for (const [topicId, { partitions }] of group.initializedPartitions.initialized) {
    const count = scope.environment.topics.byId(topicId)?.partitionCount ?? 0;
    const existing = [...partitions].filter((partition) => partition < count).sort((a, b) => a - b);
    assignable.set(topicId, existing);
  }
  return assignable;
}

function assignorMembers(
  scope: ShareScope,
  group: ShareGroup,
  updated: ShareGroupMember,
): ReadonlyMap<string, SimpleAssignorMember> {
  const { topics } = scope.environment;
  const idsBySubscription = new Map<string, ReadonlySet<Uuid>>();
  const members = new Map([...group.members, [updated.memberId, updated] as const]);
  const assignorMember = ({ memberId, subscribedTopics }: ShareGroupMember): SimpleAssignorMember => {
    const key = [...subscribedTopics].join('\n');
    let subscribedTopicIds = idsBySubscription.get(key);
    if (subscribedTopicIds === undefined) {
      subscribedTopicIds = new Set([...subscribedTopics].flatMap((name) => topics.byName(name)?.id ?? []));
      idsBySubscription.set(key, subscribedTopicIds);
    }
    return { subscribedTopicIds, assignment: group.target(memberId) };
  };
  return new Map(Array.from(members, ([memberId, member]) => [memberId, assignorMember(member)] as const));
}
