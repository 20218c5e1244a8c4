import { EMPTY_BYTES } from '@sluice/protocol/empty-bytes';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { syncFailed } from '../failed-responses.ts';
import type { ClassicGroup } from './classic-group.ts';
import type { ClassicMember } from './classic-member.ts';
import { type ClassicScope, classicGroupOf } from './classic-scope.ts';
import { answerAtOnce, createDecision, type Decision } from './decision.ts';
import { groupMetadataRecord } from './group-metadata-record.ts';
import { joinTimerKey, syncTimerKey } from './member-session.ts';
import { chooseProtocol } from './protocol-choice.ts';
import { joinError, joinedAs } from './responses.ts';
import { subscribedTopicsOf } from './subscribed-topics.ts';
import { answerJoin, answerSync } from './waiting.ts';

/*
 * The phases of a rebalance:
 *
 *   Empty ──▶ PreparingRebalance ──▶ CompletingRebalance ──▶ Stable
 *     ▲         │  ▲ members join        │ the leader's         │
 *     └─────────┘  └─────────────────────┴──────────────────────┘
 *    nobody is left                a member comes, goes or changes
 */

/** Between two looks at whether a static member came back: a rebalance timeout of 0 would make it an endless loop. */
const REJOIN_WAIT_MS_MIN = 100;

/**
 * Whoever was told its id joins a round trip later. When the delay of the initial rebalance is over they are waited for a
 * little: a generation without them would be undone at once, and cost everybody a round of requests.
 */
export const ANNOUNCED_WAIT_MS_MAX = 50;

/** Clients may give reasons as long as they like; this much of one is logged, and is as much as Kafka's clients send. */
const REASON_CHARS_MAX = 300;

/** A member came, went or changed: begins a rebalance, or goes on with the one under way. */
export function rebalance(scope: ClassicScope, group: ClassicGroup, reason: string, decision: Decision): void {
  if (group.state === 'PreparingRebalance') completeJoinIfReady(scope, group, decision);
  else prepareRebalance(scope, group, reason, decision);
}

export function prepareRebalance(scope: ClassicScope, group: ClassicGroup, reason: string, decision: Decision): void {
  const { timers, logger } = scope.environment;
  if (group.state === 'CompletingRebalance') failSyncs(group, ErrorCode.REBALANCE_IN_PROGRESS, decision);
  group.pendingSyncs.clear();
  timers.cancel(syncTimerKey(group.groupId));
  const isInitial = group.state === 'Empty';
  group.awaitsAnnouncedUntilMs = undefined;
  group.transitionTo('PreparingRebalance', decision.now);
  group.rebalanceReason = reason.slice(0, REASON_CHARS_MAX);
  group.rebalancesSinceMs = decision.now;
  const { groupId, generation, rebalanceReason } = group;
  logger.debug('a classic group rebalances', { groupId, generation, reason: rebalanceReason });
  if (isInitial) putOffInitialRebalance(scope, group);
  else if (group.hasAllMembersJoined) completeJoin(scope, group, decision);
  else awaitJoins(scope, group, group.rebalanceTimeoutMs);
}

/** Everybody who waits for an assignment is told why there is none; the assignments of this generation are void. */
export function failSyncs(group: ClassicGroup, errorCode: number, decision: Decision): void {
  for (const member of group.members.values()) {
    member.assignment = EMPTY_BYTES;
    answerSync(member, syncFailed(errorCode), decision);
  }
}

/** After a member joined or left. The initial rebalance ends by its timer alone. */
export function completeJoinIfReady(scope: ClassicScope, group: ClassicGroup, decision: Decision): void {
  if (group.state !== 'PreparingRebalance' || !group.hasAllMembersJoined) return;
  if (group.previousState !== 'Empty') completeJoin(scope, group, decision);
  // Those who come in the same turn are of the same generation.
  else if (group.awaitsAnnouncedUntilMs !== undefined) awaitJoins(scope, group, 0, completeUnlessAnnounced);
}

/** The group was empty: more members are likely to come, so each that does puts the end off, within their patience. */
function putOffInitialRebalance(scope: ClassicScope, group: ClassicGroup): void {
  const delayMs = scope.environment.settings.classic.initialRebalanceDelayMs;
  const remainingMs = Math.max(group.rebalanceTimeoutMs - delayMs, 0);
  scheduleInitialJoinEnd(scope, group.groupId, delayMs, remainingMs);
}

function scheduleInitialJoinEnd(scope: ClassicScope, groupId: string, delayMs: number, remainingMs: number): void {
  const { timers, settings } = scope.environment;
  timers.set(joinTimerKey(groupId), delayMs, (now) => {
    const decision = createDecision(now);
    const group = classicGroupOf(scope, groupId);
    if (group === undefined) return decision;
    if (group.hasNewMember && remainingMs > 0) {
      group.hasNewMember = false;
      const nextDelayMs = Math.min(settings.classic.initialRebalanceDelayMs, remainingMs);
      scheduleInitialJoinEnd(scope, groupId, nextDelayMs, Math.max(remainingMs - delayMs, 0));
    } else {
      group.awaitsAnnouncedUntilMs = now + Math.min(ANNOUNCED_WAIT_MS_MAX, remainingMs);
      completeUnlessAnnounced(scope, group, decision);
    }
    return decision;
  });
}

function completeUnlessAnnounced(scope: ClassicScope, group: ClassicGroup, decision: Decision): void {
  const leftMs = Math.min((group.awaitsAnnouncedUntilMs ?? 0) - decision.now, ANNOUNCED_WAIT_MS_MAX);
  if (group.pendingMembers.size > 0 && leftMs > 0) awaitJoins(scope, group, leftMs, completeUnlessAnnounced);
  else completeJoin(scope, group, decision);
}

function awaitJoins(scope: ClassicScope, { groupId }: ClassicGroup, delayMs: number, end = completeJoin): void {
  scope.environment.timers.set(joinTimerKey(groupId), delayMs, (now) => {
    const decision = createDecision(now);
    const group = classicGroupOf(scope, groupId);
    if (group !== undefined) end(scope, group, decision);
    return decision;
  });
}

/**
 * The end of the join phase: who did not join is out, unless it is a static member, whose place is kept for its session.
 * If only such places are left, they are waited for.
 */
export function completeJoin(scope: ClassicScope, group: ClassicGroup, decision: Decision): void {
  if (group.state !== 'PreparingRebalance') return;
  scope.environment.timers.cancel(joinTimerKey(group.groupId));
  for (const member of group.members.values()) {
    if (member.awaitingJoin === undefined && member.groupInstanceId === null) group.remove(member.memberId);
  }
  if (group.members.size === 0) {
    becomeEmpty(scope, group, decision);
  } else if (hasJoinedLeader(group)) {
    beginGeneration(scope, group, decision);
  } else {
    awaitJoins(scope, group, Math.max(group.rebalanceTimeoutMs, REJOIN_WAIT_MS_MIN));
  }
}

/** If the leader did not join, somebody who did takes over. False if nobody did. */
function hasJoinedLeader(group: ClassicGroup): boolean {
  const leader = group.leaderId === undefined ? undefined : group.members.get(group.leaderId);
  if (leader?.awaitingJoin !== undefined) return true;
  for (const member of group.members.values()) {
    if (member.awaitingJoin === undefined) continue;
    group.leaderId = member.memberId;
    return true;
  }
  return false;
}

function becomeEmpty(scope: ClassicScope, group: ClassicGroup, decision: Decision): void {
  group.nextGeneration();
  group.protocol = undefined;
  group.leaderId = undefined;
  group.subscribedTopics = subscribedTopicsOf(group);
  group.pendingSyncs.clear();
  group.hasNewMember = false;
  group.transitionTo('Empty', decision.now);
  const { groupId, generation } = group;
  scope.environment.logger.info('a classic group is empty', { groupId, generation, reason: group.rebalanceReason });
  decision.records.push(groupMetadataRecord(group, () => undefined));
}

function beginGeneration(scope: ClassicScope, group: ClassicGroup, decision: Decision): void {
  group.nextGeneration();
  group.protocol = chooseProtocol(group);
  group.subscribedTopics = subscribedTopicsOf(group);
  group.hasNewMember = false;
  group.pendingSyncs.clear();
  group.transitionTo('CompletingRebalance', decision.now);
  for (const member of group.members.values()) {
    beginFor(group, member, decision);
    member.isNew = false;
    member.session.extend(member.sessionTimeoutMs);
    group.pendingSyncs.add(member.memberId);
  }
  const { groupId, generation } = group;
  scope.environment.timers.set(syncTimerKey(groupId), group.rebalanceTimeoutMs, (now) =>
    expirePendingSyncs(scope, groupId, generation, createDecision(now)),
  );
  scope.environment.logger.info('a classic group has a new generation', {
    groupId,
    generation,
    memberCount: group.members.size,
    protocol: group.protocol,
    // Of the first change that made it begin, and how long its members took to come.
    reason: group.rebalanceReason,
    joinMs: Math.max(0, decision.now - group.rebalancesSinceMs),
  });
}

/** The generation is in no record before its assignments are. */
function beginFor(group: ClassicGroup, member: ClassicMember, decision: Decision): void {
  if (member.awaitingJoin === undefined) return;
  answerAtOnce(decision, member.awaitingJoin, joinedAs(group, member));
  group.setAwaitingJoin(member, undefined);
}

/** The assignments were not asked for in time: whoever did not is out. */
function expirePendingSyncs(scope: ClassicScope, groupId: string, generation: number, decision: Decision): Decision {
  const group = classicGroupOf(scope, groupId);
  if (group === undefined || group.generation !== generation || group.pendingSyncs.size === 0) return decision;
  if (group.state !== 'CompletingRebalance' && group.state !== 'Stable') return decision;
  for (const memberId of group.pendingSyncs) {
    const member = group.members.get(memberId);
    if (member !== undefined) removeMember(group, member, decision);
  }
  prepareRebalance(scope, group, 'members did not ask for their assignment', decision);
  return decision;
}

/** Whoever waits on its behalf is told UNKNOWN_MEMBER_ID, so that it joins again if it is still there. */
export function removeMember(group: ClassicGroup, member: ClassicMember, decision: Decision): void {
  answerJoin(group, member, joinError(ErrorCode.UNKNOWN_MEMBER_ID, ''), decision);
  answerSync(member, syncFailed(ErrorCode.UNKNOWN_MEMBER_ID), decision);
  group.remove(member.memberId);
}
