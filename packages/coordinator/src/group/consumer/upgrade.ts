import { decodeConsumerAssignment, decodeConsumerSubscription } from '@sluice/protocol/consumer-protocol';
import { EMPTY_BYTES } from '@sluice/protocol/empty-bytes';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { ClassicGroup } from '../classic/classic-group.ts';
import { type ClassicMember, metadataOf } from '../classic/classic-member.ts';
import type { Answers } from '../classic/decision.ts';
import { chooseProtocol } from '../classic/protocol-choice.ts';
import { joinError } from '../classic/responses.ts';
import { answerJoin, answerSync } from '../classic/waiting.ts';
import { syncFailed } from '../failed-responses.ts';
import type { ConsumerGroupRecord } from '../group-record.ts';
import { shown } from '../shown.ts';
import { applyToGroup } from './apply-record.ts';
import type { MemberDecision } from './change-member.ts';
import { withTopicIds } from './classic-assignment.ts';
import { ConsumerGroup } from './consumer-group.ts';
import { type ConsumerGroupMember, newConsumerGroupMember } from './consumer-group-member.ts';
import {
  assignmentEpochRecord,
  currentAssignmentRecord,
  groupEpochRecord,
  memberRecord,
  targetRecord,
} from './consumer-group-records.ts';
import type { ConsumerScope } from './consumer-scope.ts';
import { extendSession } from './member-sessions.ts';
import { downgradeKey } from './member-timers.ts';
import { NO_PARTITIONS, type OwnedPartitions } from './owned-partitions.ts';
import { isRefusal, type Refusal, refuse } from './refusal.ts';
import { SUBSCRIPTION_TOPICS_MAX } from './subscription-size.ts';

/**
 * Of what the members of a classic group said, and were assigned: their records hold it all, and must fit one batch of the
 * log (1 MiB by default). Reading more, to find out late, would hold up everybody.
 */
export const UPGRADE_SIZE_BYTES_MAX = 1_000_000;

/**
 * The classic group as a consumer group: its members keep what they were assigned, at its generation as their epoch. It is
 * in no table yet: the records, which are added, will put its like there.
 */
export function upgrade(
  scope: ConsumerScope,
  classicGroup: ClassicGroup,
  decision: MemberDecision,
): ConsumerGroup | Refusal {
  const refusal = upgradeRefusal(scope, classicGroup);
  if (refusal !== undefined) return refusal;
  leaveNobodyWaiting(classicGroup, decision);
  const members: ConsumerGroupMember[] = [];
  for (const classicMember of classicGroup.members.values()) {
    const member = upgradedMember(scope, classicGroup, classicMember);
    if (isRefusal(member)) return member;
    members.push(member);
  }
  const records = upgradeRecords(scope, classicGroup, members);
  decision.records.push(...classicGroup.tombstones(), ...records);
  const group = new ConsumerGroup(classicGroup.groupId, scope.environment.topics);
  for (const record of records) applyToGroup(group, record);
  for (const { memberId, sessionTimeoutMs } of classicGroup.members.values()) {
    extendSession(scope, group, memberId, sessionTimeoutMs);
  }
  scope.environment.logger.info('a classic group becomes a consumer group', { groupId: group.groupId });
  return group;
}

/**
 * Whoever waits for a rebalance of the classic group is told to join again, and meets the consumer group. As in Kafka
 * that is so even if the group cannot become one in the end.
 */
function leaveNobodyWaiting(group: ClassicGroup, decision: Answers): void {
  for (const member of group.members.values()) {
    answerJoin(group, member, joinError(ErrorCode.REBALANCE_IN_PROGRESS, member.memberId), decision);
    answerSync(member, syncFailed(ErrorCode.REBALANCE_IN_PROGRESS), decision);
  }
}

function upgradeRecords(
  scope: ConsumerScope,
  { groupId, generation, state }: ClassicGroup,
  members: readonly ConsumerGroupMember[],
): readonly ConsumerGroupRecord[] {
  const subscribed = new Set(members.flatMap(({ subscribedTopics }) => [...subscribedTopics]));
  // What a group has that was about to rebalance is no target: with the hash of nothing, whoever joins raises the epoch.
  const isSettled = state === 'Stable' && !scope.environment.timers.has(downgradeKey(groupId));
  const metadataHash = isSettled ? scope.topicHashes.ofTopics(subscribed) : 0n;
  return [
    ...members.map((member) => memberRecord(groupId, member)),
    groupEpochRecord(groupId, generation, metadataHash),
    ...members.map(({ memberId, assigned }) => targetRecord(groupId, memberId, withoutEpochs(assigned))),
    assignmentEpochRecord(groupId, generation, 0),
    ...members.map((member) => currentAssignmentRecord(groupId, member)),
  ];
}

function upgradeRefusal(scope: ConsumerScope, { groupId, protocolType, members }: ClassicGroup): Refusal | undefined {
  const { migrationPolicy, groupSizeMax } = scope.environment.settings.consumer;
  if (migrationPolicy !== 'upgrade' && migrationPolicy !== 'bidirectional') {
    return cannotUpgrade(groupId, 'the migration policy does not allow it');
  }
  if (protocolType !== 'consumer') return cannotUpgrade(groupId, 'its members are no consumers');
  if (members.size > groupSizeMax) return cannotUpgrade(groupId, 'it has too many members');
  if (sizeBytesOf(members) > UPGRADE_SIZE_BYTES_MAX) return cannotUpgrade(groupId, 'it is too large to be stored');
  return undefined;
}

/** Of what its members said, and were assigned. */
function sizeBytesOf(members: ClassicGroup['members']): number {
  let sizeBytes = 0;
  for (const { protocols, assignment } of members.values()) {
    sizeBytes += assignment.length;
    for (const { metadata } of protocols) sizeBytes += metadata.length;
  }
  return sizeBytes;
}

function upgradedMember(
  scope: ConsumerScope,
  group: ClassicGroup,
  member: ClassicMember,
): ConsumerGroupMember | Refusal {
  const subscription = decodeConsumerSubscription(subscriptionOf(group, member));
  const assigned = assignedTo(scope, group, member);
  if (subscription === undefined) return cannotUpgrade(group.groupId, 'a subscription is malformed');
  if (subscription.topics.length > SUBSCRIPTION_TOPICS_MAX) {
    return cannotUpgrade(group.groupId, 'a member names too many topics');
  }
  if (isRefusal(assigned)) return assigned;
  return {
    ...newConsumerGroupMember(member.memberId),
    instanceId: member.groupInstanceId,
    rackId: subscription.rackId,
    clientId: member.clientId,
    clientHost: member.clientHost,
    rebalanceTimeoutMs: member.rebalanceTimeoutMs,
    subscribedTopics: new Set([...subscription.topics].sort()),
    classic: { sessionTimeoutMs: member.sessionTimeoutMs, supportedProtocols: member.protocols },
    memberEpoch: group.generation,
    previousMemberEpoch: group.generation,
    assigned,
  };
}

/** In its first rebalance the group has chosen none yet. */
function subscriptionOf(group: ClassicGroup, member: ClassicMember): Buffer {
  return metadataOf(member, group.protocol ?? chooseProtocol(group)) ?? EMPTY_BYTES;
}

/** What an assignor of the user's own adds to it would be lost. */
function assignedTo(scope: ConsumerScope, group: ClassicGroup, member: ClassicMember): OwnedPartitions | Refusal {
  if (member.assignment.length === 0) return NO_PARTITIONS;
  const assignment = decodeConsumerAssignment(member.assignment);
  if (assignment === undefined) return cannotUpgrade(group.groupId, 'an assignment is malformed');
  if ((assignment.userData?.length ?? 0) > 0) {
    return cannotUpgrade(group.groupId, 'an assignment has data of a custom assignor');
  }
  return new Map(
    withTopicIds(scope.environment.topics, assignment.assignedPartitions).map(({ topicId, partitions }) => [
      topicId,
      new Map(partitions.map((partition) => [partition, group.generation])),
    ]),
  );
}

function withoutEpochs(owned: OwnedPartitions): ReadonlyMap<string, readonly number[]> {
  return new Map([...owned].map(([topicId, partitions]) => [topicId, [...partitions.keys()]]));
}

function cannotUpgrade(groupId: string, reason: string): Refusal {
  return refuse(
    ErrorCode.GROUP_ID_NOT_FOUND,
    `The classic group ${shown(groupId)} cannot become a consumer group: ${reason}.`,
  );
}
