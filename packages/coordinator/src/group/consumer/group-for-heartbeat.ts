import { ErrorCode } from '@sluice/protocol/generated/errors';
import { ClassicGroup } from '../classic/classic-group.ts';
import { shown } from '../shown.ts';
import type { MemberDecision } from './change-member.ts';
import { ConsumerGroup } from './consumer-group.ts';
import { asConsumerGroup, type ConsumerScope } from './consumer-scope.ts';
import { type Refusal, refuse } from './refusal.ts';
import { upgrade } from './upgrade.ts';

/** The group that a heartbeat is for. Who joins makes it if need be, or turns a classic one into it, with records. */
export function groupForHeartbeat(
  scope: ConsumerScope,
  groupId: string,
  isJoining: boolean,
  decision: MemberDecision,
): ConsumerGroup | Refusal {
  const existing = scope.table.get(groupId);
  const consumerGroup = asConsumerGroup(existing);
  if (consumerGroup !== undefined) return consumerGroup;
  if (!isJoining) return groupNotFound(groupId);
  if (existing === undefined) return new ConsumerGroup(groupId, scope.environment.topics);
  if (!(existing instanceof ClassicGroup)) return groupNotFound(groupId);
  if (!existing.isEmpty) return upgrade(scope, existing, decision);
  decision.records.push(...existing.tombstones());
  return new ConsumerGroup(groupId, scope.environment.topics);
}

export function groupNotFound(groupId: string): Refusal {
  return refuse(ErrorCode.GROUP_ID_NOT_FOUND, `There is no consumer group ${shown(groupId)}.`);
}
