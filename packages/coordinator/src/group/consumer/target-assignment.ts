import type { TimestampMs, Uuid } from '@sluice/kernel/ids';
import { type Assignment, type Assignor, type AssignorMember, EMPTY_ASSIGNMENT } from '../assignors/assignor.ts';
import type { GroupRecord } from '../group-record.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import { type ConsumerGroupMember, regexOf } from './consumer-group-member.ts';
import { assignmentEpochRecord, targetRecord } from './consumer-group-records.ts';
import type { ConsumerScope } from './consumer-scope.ts';
import type { MemberChange } from './topic-subscriptions.ts';

/** A target that came to nothing is computed again after this long, then after twice as long, and so on. */
export const ASSIGNMENT_BACKOFF_MS_MIN = 1000;
export const ASSIGNMENT_BACKOFF_MS_MAX = 60_000;

/** What a member is to have, and as of which epoch. */
export interface Target {
  readonly epoch: number;
  readonly assignment: Assignment;
}

/**
 * The target of the member that just changed. It is computed anew for all if the group is ahead of it, unless it was
 * computed so lately (KIP-1263) that a later heartbeat does it, for more changes at once.
 */
export function targetAfter(
  scope: ConsumerScope,
  group: ConsumerGroup,
  groupEpoch: number,
  change: MemberChange & { readonly updated: ConsumerGroupMember },
  now: TimestampMs,
  records: GroupRecord[],
): Target {
  const { updated } = change;
  if (!isTargetDue(scope, group, groupEpoch, now)) {
    return { epoch: group.assignmentEpoch, assignment: group.targetOf(updated) };
  }
  group.assignmentAttempt = nextAttempt(group, now);
  const targets = preferredAssignor(scope, group, change).assign({
    members: assignorMembers(scope, group, updated),
    partitionCount: (topicId) => scope.environment.topics.byId(topicId)?.partitionCount,
  });
  for (const [memberId, assignment] of targets) {
    const current = group.targets.get(memberId);
    if (current === undefined || !isSameAssignment(current, assignment)) {
      records.push(targetRecord(group.groupId, memberId, assignment));
    }
  }
  records.push(assignmentEpochRecord(group.groupId, groupEpoch, now));
  return { epoch: groupEpoch, assignment: targets.get(updated.memberId) ?? EMPTY_ASSIGNMENT };
}

export function isTargetDue(scope: ConsumerScope, group: ConsumerGroup, groupEpoch: number, now: TimestampMs): boolean {
  return (
    group.assignmentEpoch < groupEpoch && now >= retryTimestampMs(group) && now >= intervalTimestampMs(scope, group)
  );
}

/**
 * A target is worth nothing unless its records are applied: the assignor may fail, or they may be too many for one batch.
 * What failed would mostly fail again with the next heartbeat, at the expense of all others.
 */
export interface AssignmentAttempt {
  readonly sinceEpoch: number;
  readonly timestampMs: TimestampMs;
  readonly failureCount: number;
}

function nextAttempt({ assignmentEpoch, assignmentAttempt: last }: ConsumerGroup, now: TimestampMs): AssignmentAttempt {
  const hasFailed = last?.sinceEpoch === assignmentEpoch;
  return { sinceEpoch: assignmentEpoch, timestampMs: now, failureCount: hasFailed ? last.failureCount + 1 : 0 };
}

/** When a target may be computed again after one came to nothing. */
function retryTimestampMs({ assignmentEpoch, assignmentAttempt: last }: ConsumerGroup): TimestampMs {
  if (last?.sinceEpoch !== assignmentEpoch) return Number.NEGATIVE_INFINITY;
  return last.timestampMs + Math.min(ASSIGNMENT_BACKOFF_MS_MIN * 2 ** last.failureCount, ASSIGNMENT_BACKOFF_MS_MAX);
}

function intervalTimestampMs(scope: ConsumerScope, group: ConsumerGroup): TimestampMs {
  const intervalMs = scope.environment.settings.consumer.assignmentIntervalMs(group.groupId);
  if (intervalMs === 0 || group.assignmentTimestampMs === 0) return Number.NEGATIVE_INFINITY;
  return group.assignmentTimestampMs + intervalMs;
}

/** What most members would like; the broker's default if nobody says. */
function preferredAssignor(scope: ConsumerScope, group: ConsumerGroup, change: MemberChange): Assignor {
  const name = preferredAssignorName(scope, group, change);
  const assignor = scope.assignors.get(name);
  if (assignor === undefined) throw new Error(`no assignor has the name ${name}`);
  return assignor;
}

export function preferredAssignorName(scope: ConsumerScope, group: ConsumerGroup, change?: MemberChange): string {
  let preferred: string | undefined;
  let countMax = 0;
  for (const name of scope.assignors.keys()) {
    let count = group.serverAssignorCounts.get(name) ?? 0;
    if (change?.old?.serverAssignor === name) count--;
    if (change?.updated?.serverAssignor === name) count++;
    if (count > countMax) {
      preferred = name;
      countMax = count;
    }
  }
  return preferred ?? defaultAssignorName(scope);
}

function defaultAssignorName(scope: ConsumerScope): string {
  const { assignors } = scope.environment.settings.consumer;
  return assignors.find((name) => scope.assignors.has(name)) ?? [...scope.assignors.keys()][0] ?? '';
}

/** All members as they will be. A static member that takes another's place gets what that one had. */
function assignorMembers(
  scope: ConsumerScope,
  group: ConsumerGroup,
  updated: ConsumerGroupMember,
): ReadonlyMap<string, AssignorMember> {
  const topicIds = createSubscribedTopicIds(scope, group);
  const members = new Map<string, AssignorMember>();
  for (const member of group.members.values()) members.set(member.memberId, assignorMember(member, group, topicIds));
  const replacedId = group.memberIdOfInstance(updated.instanceId);
  if (replacedId !== undefined) members.delete(replacedId);
  members.set(updated.memberId, assignorMember(updated, group, topicIds));
  return members;
}

function assignorMember(
  member: ConsumerGroupMember,
  group: ConsumerGroup,
  subscribedTopicIds: (member: ConsumerGroupMember) => ReadonlySet<Uuid>,
): AssignorMember {
  return {
    instanceId: member.instanceId,
    rackId: member.rackId,
    subscribedTopicIds: subscribedTopicIds(member),
    assignment: group.targetOf(member),
  };
}

/** Members of the same subscription share one set. */
function createSubscribedTopicIds(
  scope: ConsumerScope,
  group: ConsumerGroup,
): (member: ConsumerGroupMember) => ReadonlySet<Uuid> {
  const { topics } = scope.environment;
  const sets = new Map<string, ReadonlySet<Uuid>>();
  return (member) => {
    const regex = regexOf(member);
    const key = JSON.stringify([regex, ...member.subscribedTopics]);
    let ids = sets.get(key);
    if (ids === undefined) {
      const matched = regex === undefined ? [] : (group.subscriptions.resolved(regex)?.topics ?? []);
      ids = new Set([...member.subscribedTopics, ...matched].flatMap((name) => topics.byName(name)?.id ?? []));
      sets.set(key, ids);
    }
    return ids;
  };
}

function isSameAssignment(one: Assignment, other: Assignment): boolean {
  if (one === other) return true;
  if (one.size !== other.size) return false;
  for (const [topicId, partitions] of one) {
    const others = other.get(topicId);
    if (others === undefined || others.length !== partitions.length) return false;
    if (!partitions.every((partition, index) => others[index] === partition)) return false;
  }
  return true;
}
