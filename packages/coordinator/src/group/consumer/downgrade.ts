import type { TimestampMs, Uuid } from '@sluice/kernel/ids';
import { EMPTY_BYTES } from '@sluice/protocol/empty-bytes';
import { ClassicGroup } from '../classic/classic-group.ts';
import { type ClassicMember, metadataOf } from '../classic/classic-member.ts';
import { createDecision } from '../classic/decision.ts';
import { groupMetadataRecord } from '../classic/group-metadata-record.ts';
import { chooseProtocol } from '../classic/protocol-choice.ts';
import { prepareRebalance } from '../classic/rebalance.ts';
import type { GroupRecord } from '../group-record.ts';
import { toClassicAssignment } from './classic-assignment.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import type { ConsumerGroupMember } from './consumer-group-member.ts';
import type { ConsumerScope } from './consumer-scope.ts';
import { downgradeKey } from './member-timers.ts';

/* When only classic members are left, the group becomes one of theirs (`group.consumer.migration.policy`). */

/** Whether these are the last members of the new protocol, and somebody stays. */
export function isDowngradeDue(
  scope: ConsumerScope,
  group: ConsumerGroup,
  leaving: readonly ConsumerGroupMember[],
): boolean {
  const leavingClassicCount = leaving.filter(({ classic }) => classic !== null).length;
  const staying = group.members.size - leaving.length;
  const areAllClassic = group.classicMemberCount - leavingClassicCount === staying;
  return staying > 0 && areAllClassic && hasCommonProtocol(group) && mayDowngrade(scope, group, staying);
}

/** Nobody joins without one; a log may say anything. */
function hasCommonProtocol(group: ConsumerGroup): boolean {
  for (const { classic } of group.members.values()) {
    if (classic !== null) return classic.supportedProtocols.some(({ name }) => group.isKnownToAllClassic(name));
  }
  return false;
}

/** Whether a classic member takes the place of the only member of the new protocol, which is static. */
export function isDowngradeByReplacement(
  scope: ConsumerScope,
  group: ConsumerGroup,
  instanceId: string | null,
): boolean {
  const replaced = group.memberOfInstance(instanceId);
  if (replaced === undefined || replaced.classic !== null) return false;
  const isLast = group.classicMemberCount === group.members.size - 1;
  return isLast && mayDowngrade(scope, group, group.members.size);
}

function mayDowngrade(scope: ConsumerScope, group: ConsumerGroup, memberCount: number): boolean {
  const { consumer, classic } = scope.environment.settings;
  const { migrationPolicy } = consumer;
  const isEnabled = migrationPolicy === 'downgrade' || migrationPolicy === 'bidirectional';
  if (isEnabled && memberCount <= classic.groupSizeMax) return true;
  const reason = isEnabled ? 'it has too many members' : 'the migration policy does not allow it';
  scope.environment.logger.info('a consumer group stays one', { groupId: group.groupId, reason });
  return false;
}

export interface Downgrade {
  readonly leaving: ReadonlySet<ConsumerGroupMember>;
  /** Comes in the place of another. */
  readonly joining: ConsumerGroupMember | undefined;
  /** Why the classic group has to rebalance; `undefined` if it goes on as it is. */
  readonly rebalanceReason: string | undefined;
}

/** The end of the consumer group, and a classic one of the members that stay, which rebalances if it has to. */
export function downgrade(
  scope: ConsumerScope,
  group: ConsumerGroup,
  { leaving, joining, rebalanceReason }: Downgrade,
  now: TimestampMs,
): readonly GroupRecord[] {
  const classicGroup = new ClassicGroup(group.groupId, now);
  const targets = new Map<string, ConsumerGroupMember>();
  for (const member of group.members.values()) {
    const isReplaced = joining !== undefined && joining.instanceId === member.instanceId;
    if (leaving.has(member) || isReplaced) continue;
    classicGroup.add(toClassicMember(member), group.protocolType);
    targets.set(member.memberId, member);
  }
  if (joining !== undefined) {
    classicGroup.add(toClassicMember(joining), group.protocolType);
    targets.set(joining.memberId, joining);
  }
  const protocol = chooseProtocol(classicGroup);
  classicGroup.state = 'Stable';
  classicGroup.generation = group.groupEpoch;
  classicGroup.protocol = protocol;
  if (rebalanceReason !== undefined) {
    // Should we end before the rebalance has begun, whoever loads the group sees that it is due.
    classicGroup.leaderId = undefined;
    planRebalance(scope, group.groupId, rebalanceReason);
  }
  const record = groupMetadataRecord(classicGroup, (member) => {
    const consumerMember = targets.get(member.memberId);
    if (consumerMember === undefined) return undefined;
    const subscription = metadataOf(member, protocol) ?? EMPTY_BYTES;
    return toClassicAssignment(scope.environment.topics, heldBy(consumerMember), subscription);
  });
  scope.environment.logger.info('a consumer group becomes a classic one', { groupId: group.groupId });
  return [...group.tombstones(), record];
}

/**
 * What the member was told to have, not what it is to have: if the group is upgraded again before it has rebalanced, a
 * partition on its way would count as the one's that does not know of it, and not as the other's that still has it.
 */
function heldBy({ assigned, pendingRevocation }: ConsumerGroupMember): Map<Uuid, number[]> {
  const held = new Map<Uuid, number[]>();
  for (const [topicId, partitions] of [...assigned, ...pendingRevocation]) {
    held.set(
      topicId,
      [...(held.get(topicId) ?? []), ...partitions.keys()].sort((a, b) => a - b),
    );
  }
  return held;
}

/** Its session begins when the record is applied. */
function toClassicMember(member: ConsumerGroupMember): ClassicMember {
  return {
    memberId: member.memberId,
    groupInstanceId: member.instanceId,
    clientId: member.clientId,
    clientHost: member.clientHost,
    session: { extend: () => undefined, end: () => undefined },
    rebalanceTimeoutMs: member.rebalanceTimeoutMs,
    sessionTimeoutMs: member.classic?.sessionTimeoutMs ?? 0,
    protocols: member.classic?.supportedProtocols ?? [],
    assignment: EMPTY_BYTES,
    awaitingJoin: undefined,
    awaitingSync: undefined,
    isNew: false,
  };
}

/** As soon as the classic group is there. */
function planRebalance(scope: ConsumerScope, groupId: string, reason: string): void {
  scope.environment.timers.set(downgradeKey(groupId), 0, (now) => {
    const decision = createDecision(now);
    const group = scope.table.get(groupId);
    if (group instanceof ClassicGroup && group.state === 'Stable') prepareRebalance(scope, group, reason, decision);
    return decision;
  });
}
