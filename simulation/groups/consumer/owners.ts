import type { TopicsView } from '@sluice/coordinator/group/group-environment';
import type { SimMember } from '../members/sim-member.ts';
import { mayCommit } from './claims.ts';
import { type GroupView, subscribedNames } from './group-view.ts';
import type { PartitionKey } from './partition-key.ts';
import { partitionsOf } from './target-rules.ts';

/** A member of either protocol, and what it believes to own. */
export interface Owner {
  readonly member: SimMember;
  readonly ownedKeys: ReadonlySet<PartitionKey>;
  readonly regex: string | null;
}

/** Two members that both have a partition, each with an epoch that the coordinator takes. */
export function ownersFault(view: GroupView, members: readonly Owner[]): string | undefined {
  const owners = new Map<PartitionKey, SimMember>();
  for (const { member, ownedKeys } of members) {
    const { memberId, generation: epoch, name } = member;
    for (const key of ownedKeys) {
      if (!mayCommit(view, { memberId, epoch }, key)) continue;
      const other = owners.get(key);
      if (other !== undefined) {
        return `${key} is owned by ${other.name} at epoch ${other.generation} and by ${name} at epoch ${epoch}`;
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
export function restFault(view: GroupView, owners: readonly Owner[], topics: TopicsView): string | undefined {
  if (view.members.size !== owners.length) return `it has ${view.members.size} members, ${owners.length} are alive`;
  if (owners.length === 0) return undefined;
  if (view.assignmentEpoch !== view.groupEpoch) {
    return `its target is of epoch ${view.assignmentEpoch}, the group at ${view.groupEpoch}`;
  }
  const wanted = new Set<PartitionKey>();
  const owned = new Set<PartitionKey>();
  for (const owner of owners) {
    const { member, ownedKeys } = owner;
    const known = view.members.get(member.memberId);
    if (known === undefined) return `${member.name} is not in it`;
    for (const key of partitionsOf(subscribedNames(view, known), topics)) wanted.add(key);
    const fault = memberFault(view, owner);
    if (fault !== undefined) return `${member.name} ${fault}`;
    for (const key of ownedKeys) owned.add(key);
  }
  const missing = [...wanted].find((key) => !owned.has(key));
  if (missing !== undefined) return `${missing} is owned by nobody`;
  const unasked = owners.find((owner) => missesTopic(view, owner, topics));
  return unasked === undefined ? undefined : `${unasked.member.name} misses a topic that it subscribes to`;
}

/** What the member itself subscribes to, and the coordinator does not know of. */
function missesTopic(view: GroupView, { member, regex }: Owner, topics: TopicsView): boolean {
  const known = view.members.get(member.memberId);
  const seen = known === undefined ? new Set<string>() : subscribedNames(view, known);
  const pattern = regex === null ? undefined : new RegExp(`^(?:${regex})$`);
  const wanted = [...topics.names()].filter((name) => pattern?.test(name) ?? member.subscription.includes(name));
  return wanted.some((name) => !seen.has(name));
}

function memberFault(view: GroupView, { member, ownedKeys }: Owner): string | undefined {
  const { memberId, generation: epoch } = member;
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
