import type { TimestampMs } from '@sluice/kernel/ids';
import { decodeConsumerSubscription } from '@sluice/protocol/consumer-protocol';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { TopicPartitions } from '@sluice/protocol/generated/messages/consumer-group-heartbeat-request';
import type { JoinGroupRequest } from '@sluice/protocol/generated/messages/join-group-request';
import type { JoinGroupResponseInput } from '@sluice/protocol/generated/messages/join-group-response';
import type { ClassicMemberMetadataInput } from '@sluice/protocol/generated/records/group/consumer-group-member-metadata-value';
import { type MemberProtocol, withoutRepeatedNames } from '../classic/classic-member.ts';
import { joinFailed } from '../failed-responses.ts';
import type { RequestContext } from '../group-environment.ts';
import { changeMember, changeSubscription, type MemberDecision, reconcile } from './change-member.ts';
import { withTopicIds } from './classic-assignment.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import { type ConsumerGroupMember, updateMember } from './consumer-group-member.ts';
import type { ConsumerScope } from './consumer-scope.ts';
import { downgrade, isDowngradeByReplacement } from './downgrade.ts';
import { expireMember } from './fence-members.ts';
import { findMember } from './find-member.ts';
import { fullRefusal } from './heartbeat.ts';
import { extendSession } from './member-sessions.ts';
import { joinKey, syncKey } from './member-timers.ts';
import { isRefusal, type Refusal, refuse } from './refusal.ts';
import { sizeRefusal } from './subscription-size.ts';

/** Since JoinGroup v4 (KIP-394) a dynamic member is told its id first. */
const MEMBER_ID_REQUIRED_VERSION = 4;

const NOBODY: ReadonlySet<ConsumerGroupMember> = new Set();

/** A JoinGroup, read. */
interface Joining {
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly hasMemberId: boolean;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly protocols: readonly MemberProtocol[];
  readonly context: RequestContext;
}

/** What it says of itself in the protocol that it likes best. */
interface Subscription {
  readonly topics: readonly string[];
  readonly rackId: string | null;
  readonly claimed: readonly TopicPartitions[];
}

/**
 * JoinGroup in a group of the new protocol: to its classic members the group looks like one of their own that never makes
 * anybody wait. The member epoch is their generation, and nobody is told to lead.
 */
export function joinAsClassic(
  scope: ConsumerScope,
  group: ConsumerGroup,
  request: JoinGroupRequest,
  context: RequestContext,
  now: TimestampMs,
  decision: MemberDecision,
): JoinGroupResponseInput | Refusal {
  const joining = readJoining(scope, request, context);
  const refusal = joinRefusal(scope, group, request.protocolType, joining);
  if (refusal !== undefined) return refusal;
  const isAnonymous = !joining.hasMemberId && joining.instanceId === null;
  if (isAnonymous && context.apiVersion >= MEMBER_ID_REQUIRED_VERSION) {
    return joinFailed(ErrorCode.MEMBER_ID_REQUIRED, joining.memberId, context.apiVersion);
  }
  const subscription = readSubscription(scope, group, joining);
  if (isRefusal(subscription)) return subscription;
  const isJoining = joining.instanceId === null || !joining.hasMemberId;
  const { memberId, instanceId } = joining;
  const claim = { memberId, instanceId, isJoining, epoch: undefined, claimed: null };
  const member = findMember(group, claim, decision.records);
  if (isRefusal(member)) return member;
  const updated = withJoining(member, joining, subscription);
  const joined = isDowngradeByReplacement(scope, group, instanceId)
    ? replaceAndDowngrade(scope, group, member, updated, subscription, now, decision)
    : changeMember(scope, group, member, updated, subscription.claimed, now, decision);
  if (isRefusal(joined)) return joined;
  watchJoined(scope, group, joining);
  return joinedAs(joined, joining);
}

function readJoining(scope: ConsumerScope, request: JoinGroupRequest, context: RequestContext): Joining {
  const hasMemberId = request.memberId !== '';
  return {
    memberId: hasMemberId ? request.memberId : scope.environment.random.uuid(),
    instanceId: request.groupInstanceId,
    hasMemberId,
    sessionTimeoutMs: request.sessionTimeoutMs,
    // Version 0 has one timeout for both.
    rebalanceTimeoutMs: context.apiVersion === 0 ? request.sessionTimeoutMs : request.rebalanceTimeoutMs,
    protocols: withoutRepeatedNames(request.protocols),
    context,
  };
}

function joinRefusal(
  scope: ConsumerScope,
  group: ConsumerGroup,
  protocolType: string,
  { memberId, protocols }: Joining,
): Refusal | undefined {
  if (scope.environment.settings.consumer.migrationPolicy === 'disabled') {
    return refuse(ErrorCode.INCONSISTENT_GROUP_PROTOCOL, 'Groups do not change their protocol here.');
  }
  const full = fullRefusal(scope, group, memberId);
  if (full !== undefined) return full;
  const isSupported = protocols.some(({ name }) => group.isKnownToAllClassic(name));
  if (protocolType === group.protocolType && isSupported) return undefined;
  return refuse(ErrorCode.INCONSISTENT_GROUP_PROTOCOL, `Member ${memberId} has no protocol in common with the others.`);
}

function readSubscription(scope: ConsumerScope, group: ConsumerGroup, { protocols }: Joining): Subscription | Refusal {
  const read = protocols[0] === undefined ? undefined : decodeConsumerSubscription(protocols[0].metadata);
  // Kafka has no better code for it.
  if (read === undefined) return refuse(ErrorCode.UNKNOWN_SERVER_ERROR, 'The subscription is malformed.');
  const { topics, rackId, ownedPartitions } = read;
  const refusal = sizeRefusal(topics, group.subscriptions);
  if (refusal !== undefined) return refusal;
  return { topics, rackId, claimed: withTopicIds(scope.environment.topics, ownedPartitions) };
}

function withJoining(
  member: ConsumerGroupMember,
  joining: Joining,
  { topics, rackId }: Subscription,
): ConsumerGroupMember {
  const { instanceId, rebalanceTimeoutMs, sessionTimeoutMs, protocols, context } = joining;
  const classic: ClassicMemberMetadataInput = {
    sessionTimeoutMs,
    supportedProtocols: protocols.map(({ name, metadata }) => ({ name, metadata })),
  };
  return updateMember(member, {
    instanceId: instanceId ?? undefined,
    rackId: rackId ?? undefined,
    rebalanceTimeoutMs: rebalanceTimeoutMs === -1 ? undefined : rebalanceTimeoutMs,
    serverAssignor: undefined,
    subscribedTopics: topics,
    // A classic member's client resolves its regular expression itself.
    subscribedRegex: '',
    clientId: context.clientId,
    clientHost: context.clientHost,
    classic,
  });
}

/**
 * The last member of the new protocol comes back with the old one. If nothing is under way, the classic group goes on
 * with the assignments as they are.
 */
function replaceAndDowngrade(
  scope: ConsumerScope,
  group: ConsumerGroup,
  member: ConsumerGroupMember,
  updated: ConsumerGroupMember,
  { claimed }: Subscription,
  now: TimestampMs,
  decision: MemberDecision,
): ConsumerGroupMember | Refusal {
  const changed = changeSubscription(scope, group, member, updated, now, decision.records);
  if (isRefusal(changed)) return changed;
  const isStale = changed.groupEpoch > group.assignmentEpoch;
  const target = { epoch: group.assignmentEpoch, assignment: group.targetOf(updated) };
  const joined = isStale
    ? updated
    : reconcile(scope, group, updated, { target, hasSubscriptionChanged: changed.hasChanged, claimed }, []);
  if (isRefusal(joined)) return joined;
  // What was decided of the consumer group ends with it.
  decision.records.length = 0;
  const rebalanceReason = isStale ? 'the group was a consumer group, and is behind its members' : undefined;
  decision.records.push(...downgrade(scope, group, { leaving: NOBODY, joining: joined, rebalanceReason }, now));
  return joined;
}

/** It has its rebalance timeout to ask for its assignment. */
function watchJoined(scope: ConsumerScope, group: ConsumerGroup, joining: Joining): void {
  const { groupId } = group;
  const { memberId, sessionTimeoutMs, rebalanceTimeoutMs } = joining;
  const { timers } = scope.environment;
  timers.cancel(joinKey(groupId, memberId));
  extendSession(scope, group, memberId, sessionTimeoutMs);
  timers.set(syncKey(groupId, memberId), rebalanceTimeoutMs, (now) =>
    expireMember(scope, groupId, memberId, 'it did not ask for its assignment in time', now),
  );
}

function joinedAs(member: ConsumerGroupMember, { protocols }: Joining): JoinGroupResponseInput {
  return {
    errorCode: ErrorCode.NONE,
    memberId: member.memberId,
    generationId: member.memberEpoch,
    protocolType: 'consumer',
    protocolName: protocols[0]?.name ?? null,
    leader: '',
    members: [],
  };
}
