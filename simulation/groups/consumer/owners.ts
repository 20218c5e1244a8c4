import type { TopicsView } from '@sluice/coordinator/group/group-environment';
import type { ConsumerMember } from '../members/consumer-member.ts';
import { mayCommit } from './claims.ts';
import { type GroupView, subscribedNames } from './group-view.ts';
import type { PartitionKey } from './partition-key.ts';
import { partitionsOf } from './target-rules.ts';

/** Two members that both have a partition, each with an epoch that the coordinator takes. */
export function ownersFault(view: GroupView, members: readonly ConsumerMember[]): string | undefined {
  const owners = new Map<PartitionKey, ConsumerMember>();
  for (const member of members) {
    for (const key of member.ownedKeys) {
      if (!mayCommit(view, member, key)) continue;
      const other = owners.get(key);
      if (other !== undefined) {
        return `${key} is owned by ${other.name} at epoch ${other.epoch} and by ${member.name} at epoch ${member.epoch}`;
      }
      owners.set(key, member);
    }
  }
  return undefined;
}

/** The coordinator's own book: each partition is one member's, until that member has given it up. */
export function bookFault(view: GroupView): string | undefined {
  const holders = new Map<PartitionKey, string>();
  for (const [memberId, { held }] of view.members) {
    for (const key of held.keys()) {
      const other = holders.get(key);
      if (other !== undefined) return `${key} is held by ${other} and by ${memberId}`;
      holders.set(key, memberId);
    }
  }
  return undefined;
}

/** What keeps a group that nothing disturbs from being at rest. */
export function restFault(view: GroupView, members: readonly ConsumerMember[], topics: TopicsView): string | undefined {
  if (view.members.size !== members.length) return `it has ${view.members.size} members, ${members.length} are alive`;
  if (members.length === 0) return undefined;
  if (view.assignmentEpoch !== view.groupEpoch) {
    return `its target is of epoch ${view.assignmentEpoch}, the group at ${view.groupEpoch}`;
  }
  const wanted = new Set<PartitionKey>();
  const owned = new Set<PartitionKey>();
  for (const member of members) {
    const known = view.members.get(member.memberId);
    if (known === undefined) return `${member.name} is not in it`;
    for (const key of partitionsOf(subscribedNames(view, known), topics)) wanted.add(key);
    const fault = memberFault(view, member);
    if (fault !== undefined) return `${member.name} ${fault}`;
    for (const key of member.ownedKeys) owned.add(key);
  }
  const missing = [...wanted].find((key) => !owned.has(key));
  if (missing !== undefined) return `${missing} is owned by nobody`;
  const unasked = members.find(({ regex, subscription, memberId }) => {
    const known = view.members.get(memberId);
    const names =
      regex === null ? subscription : [...topics.names()].filter((name) => new RegExp(`^(?:${regex})$`).test(name));
    const seen = known === undefined ? new Set<string>() : subscribedNames(view, known);
    return names.some((name) => topics.byName(name) !== undefined && !seen.has(name));
  });
  return unasked === undefined ? undefined : `${unasked.name} misses a topic that it subscribes to`;
}

function memberFault(view: GroupView, { memberId, epoch, ownedKeys }: ConsumerMember): string | undefined {
  const known = view.members.get(memberId);
  const target = view.targets.get(memberId) ?? new Set<PartitionKey>();
  if (known?.epoch !== epoch) return `is at epoch ${epoch}, the coordinator has it at ${known?.epoch}`;
  if (epoch !== view.assignmentEpoch) return `is at epoch ${epoch}, the target at ${view.assignmentEpoch}`;
  if (known.state !== 0) return `is in state ${known.state}`;
  if (!isSame(known.assigned, target)) return `was assigned ${[...known.assigned]}, its target is ${[...target]}`;
  return isSame(ownedKeys, target) ? undefined : `owns ${[...ownedKeys]}, its target is ${[...target]}`;
}

function isSame(one: ReadonlySet<PartitionKey>, other: ReadonlySet<PartitionKey>): boolean {
  return one.size === other.size && [...one].every((key) => other.has(key));
}
