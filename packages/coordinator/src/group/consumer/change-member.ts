import type { TimestampMs } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { TopicPartitions } from '@sluice/protocol/generated/messages/consumer-group-heartbeat-request';
import type { Reply } from '../../runtime/coordinator-shard.ts';
import type { GroupRecord } from '../group-record.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import { type ConsumerGroupMember, hasSameCurrentAssignment, regexOf } from './consumer-group-member.ts';
import { currentAssignmentRecord, groupEpochRecord, memberRecord } from './consumer-group-records.ts';
import type { ConsumerScope } from './consumer-scope.ts';
import { watchRevocation } from './member-sessions.ts';
import { reconcileMember } from './reconcile-member.ts';
import { isRefusal, type Refusal, refuse } from './refusal.ts';
import { changeRegex } from './regex-resolution.ts';
import { type Target, targetAfter } from './target-assignment.ts';
import type { MemberChange } from './topic-subscriptions.ts';

/** A step while it is being decided. */
export interface MemberDecision {
  readonly records: GroupRecord[];
  /** To others than who asks. */
  readonly replies: Reply[];
}

/**
 * The three parts of every heartbeat: the member is created or updated, and the group's epoch rises if that changes what
 * it subscribes to; the target is computed anew if the group is ahead of it; the member moves towards its target.
 */
export function changeMember(
  scope: ConsumerScope,
  group: ConsumerGroup,
  old: ConsumerGroupMember,
  updated: ConsumerGroupMember,
  claimed: readonly TopicPartitions[] | null,
  now: TimestampMs,
  { records }: MemberDecision,
): ConsumerGroupMember | Refusal {
  const changed = changeSubscription(scope, group, old, updated, now, records);
  if (isRefusal(changed)) return changed;
  return moveMember(scope, group, { old, updated }, changed, claimed, now, records);
}

/** What the first part of a heartbeat came to. */
export interface SubscriptionChange {
  readonly groupEpoch: number;
  readonly hasChanged: boolean;
}

/** The other two parts. */
export function moveMember(
  scope: ConsumerScope,
  group: ConsumerGroup,
  change: MemberChange & { readonly updated: ConsumerGroupMember },
  { groupEpoch, hasChanged }: SubscriptionChange,
  claimed: readonly TopicPartitions[] | null,
  now: TimestampMs,
  records: GroupRecord[],
): ConsumerGroupMember | Refusal {
  const target = targetAfter(scope, group, groupEpoch, change, now, records);
  return reconcile(scope, group, change.updated, { target, hasSubscriptionChanged: hasChanged, claimed }, records);
}

/** The first part. */
export function changeSubscription(
  scope: ConsumerScope,
  group: ConsumerGroup,
  old: ConsumerGroupMember,
  updated: ConsumerGroupMember,
  now: TimestampMs,
  records: GroupRecord[],
): SubscriptionChange | Refusal {
  if (updated !== old) records.push(memberRecord(group.groupId, updated));
  const hasTopicsChanged = updated.subscribedTopics !== old.subscribedTopics;
  const regexChange = changeRegex(scope, group, old, updated, now, records);
  if (typeof regexChange !== 'string') return regexChange;
  // A regular expression that is not resolved yet will raise the epoch when it is.
  const mustRise = hasTopicsChanged || regexChange === 'changed-and-resolved';
  const groupEpoch = groupEpochAfter(scope, group, { old, updated }, mustRise, records);
  return { groupEpoch, hasChanged: hasTopicsChanged || regexChange !== 'none' };
}

/** It rises too when a subscribed topic came, went or changed since the group was last looked at. */
function groupEpochAfter(
  scope: ConsumerScope,
  group: ConsumerGroup,
  change: MemberChange,
  mustRise: boolean,
  records: GroupRecord[],
): number {
  const { groupId, groupEpoch } = group;
  const { version } = scope.environment.topics;
  const seen = group.metadataSeen;
  // The record of a rise that was seen may not have been written.
  if (!mustRise && seen?.version === version && groupEpoch >= seen.groupEpoch) return groupEpoch;
  const metadataHash = scope.topicHashes.ofTopics(topicsAfter(group, change));
  const rises = mustRise || metadataHash !== group.metadataHash;
  const nextEpoch = rises ? groupEpoch + 1 : groupEpoch;
  if (rises) records.push(groupEpochRecord(groupId, nextEpoch, metadataHash));
  group.metadataSeen = { version, groupEpoch: nextEpoch };
  return nextEpoch;
}

function topicsAfter({ subscriptions }: ConsumerGroup, change: MemberChange): Iterable<string> {
  const { old, updated } = change;
  if (old === updated) return subscriptions.topics();
  const regex = regexOf(old);
  const isOrphaned = regex !== undefined && regex !== regexOf(updated) && subscriptions.subscribersOf(regex) === 1;
  return subscriptions.topicsAfter([change], isOrphaned ? new Map([[regex, undefined]]) : undefined);
}

interface NextStep {
  readonly target: Target;
  readonly hasSubscriptionChanged: boolean;
  readonly claimed: readonly TopicPartitions[] | null;
}

/** The last part. */
export function reconcile(
  scope: ConsumerScope,
  group: ConsumerGroup,
  member: ConsumerGroupMember,
  { target, hasSubscriptionChanged, claimed }: NextStep,
  records: GroupRecord[],
): ConsumerGroupMember | Refusal {
  const reconciled = reconcileMember(member, {
    targetEpoch: target.epoch,
    target: target.assignment,
    hasSubscriptionChanged,
    topics: scope.environment.topics,
    resolvedRegexes: group.subscriptions.resolvedRegexes(),
    partitionEpochs: group.partitionEpochs,
    claimed,
  });
  if (reconciled === undefined) {
    return refuse(ErrorCode.FENCED_MEMBER_EPOCH, 'The member has to give up everything and join again.');
  }
  if (hasSameCurrentAssignment(member, reconciled)) return member;
  records.push(currentAssignmentRecord(group.groupId, reconciled));
  watchRevocation(scope, group.groupId, reconciled);
  return reconciled;
}
