import type { GroupView } from './group-view.ts';
import type { PartitionKey } from './partition-key.ts';

/** Who somebody says to be: the whole proof that a member has of what it owns. */
export interface Claim {
  readonly memberId: string;
  readonly epoch: number;
}

/**
 * May the claimant commit the partition? At its own epoch any (Kafka leaves it to the member to know what it has), at an
 * earlier one what it was assigned by then and still holds (KIP-1251).
 */
export function mayCommit(view: GroupView | undefined, { memberId, epoch }: Claim, key: PartitionKey): boolean {
  const member = view?.members.get(memberId);
  if (member === undefined) return false;
  if (epoch === member.epoch) return true;
  const assignedAt = member.held.get(key);
  return epoch < member.epoch && assignedAt !== undefined && assignedAt <= epoch;
}

/**
 * May a heartbeat at this epoch pass? At the member's own; one step behind, if the answer that moved it on was lost: what
 * it says to have must then be within what it was given. Epoch 0 joins anew at any time.
 */
export function mayHeartbeat(
  view: GroupView | undefined,
  { memberId, epoch }: Claim,
  owned: readonly PartitionKey[] | null,
): boolean {
  if (epoch <= 0) return true;
  const member = view?.members.get(memberId);
  if (member === undefined) return false;
  if (epoch === member.epoch) return true;
  return epoch === member.previousEpoch && owned !== null && owned.every((key) => member.assigned.has(key));
}
