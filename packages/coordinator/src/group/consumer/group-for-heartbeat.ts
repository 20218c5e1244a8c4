import { ErrorCode } from '@sluice/protocol/generated/errors';
import { ClassicGroup } from '../classic/classic-group.ts';
import type { GroupRecord } from '../group-record.ts';
import { ConsumerGroup } from './consumer-group.ts';
import { asConsumerGroup, type ConsumerScope } from './consumer-scope.ts';
import { isRefusal, type Refusal, refuse } from './refusal.ts';
import { upgraded } from './upgrade.ts';

/** The group that a heartbeat is for. */
export interface FoundGroup {
  readonly kind: 'found';
  readonly group: ConsumerGroup;
  /** The classic group that it was until now. */
  readonly upgradedFrom: ClassicGroup | undefined;
}

/** Who joins makes the group if need be, or turns a classic one into it, for which records are added. */
export function groupForHeartbeat(
  scope: ConsumerScope,
  groupId: string,
  isJoining: boolean,
  records: GroupRecord[],
): FoundGroup | Refusal {
  const existing = scope.table.get(groupId);
  const consumerGroup = asConsumerGroup(existing);
  if (consumerGroup !== undefined) return { kind: 'found', group: consumerGroup, upgradedFrom: undefined };
  if (!isJoining) return groupNotFound(groupId);
  if (existing === undefined || (existing.type === 'classic' && existing.isEmpty)) {
    if (existing !== undefined) records.push(...existing.tombstones());
    const group = new ConsumerGroup(groupId, scope.environment.topics);
    return { kind: 'found', group, upgradedFrom: undefined };
  }
  if (!(existing instanceof ClassicGroup)) return groupNotFound(groupId);
  const group = upgraded(scope, existing, records);
  return isRefusal(group) ? group : { kind: 'found', group, upgradedFrom: existing };
}

export function groupNotFound(groupId: string): Refusal {
  return refuse(ErrorCode.GROUP_ID_NOT_FOUND, `There is no consumer group ${groupId}.`);
}
