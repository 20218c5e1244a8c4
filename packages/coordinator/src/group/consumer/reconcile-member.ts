import type { Uuid } from '@sluice/kernel/ids';
import type { TopicPartitions } from '@sluice/protocol/generated/messages/consumer-group-heartbeat-request';
import type { Assignment } from '../assignors/assignor.ts';
import type { TopicsView } from '../group-environment.ts';
import { type ConsumerGroupMember, isReconciledTo, regexOf } from './consumer-group-member.ts';
import { claimsAnyOf, NO_PARTITIONS, type OwnedPartitions } from './owned-partitions.ts';
import type { PartitionEpochs } from './partition-epochs.ts';
import type { ResolvedRegex } from './topic-subscriptions.ts';

export interface Reconciliation {
  readonly targetEpoch: number;
  readonly target: Assignment;
  /** Whether what it subscribes to changed with this request: what it does not any more is taken from it at once. */
  readonly hasSubscriptionChanged: boolean;
  readonly topics: TopicsView;
  readonly resolvedRegexes: ReadonlyMap<string, ResolvedRegex>;
  readonly partitionEpochs: PartitionEpochs;
  /** What it says to have; null if it does not say. */
  readonly claimed: readonly TopicPartitions[] | null;
}

/**
 * A member's next step towards its target: first it gives up what it must, then it moves to the target's epoch and gets
 * what nobody else has. The same object if it cannot go on; undefined if it has to abandon everything and join again.
 */
export function reconcileMember(
  member: ConsumerGroupMember,
  reconciliation: Reconciliation,
): ConsumerGroupMember | undefined {
  const { targetEpoch, hasSubscriptionChanged, claimed } = reconciliation;
  if (!hasSubscriptionChanged && isReconciledTo(member, targetEpoch)) return member;
  switch (member.state) {
    case 'stable':
      if (member.memberEpoch !== targetEpoch) return nextAssignment(member, reconciliation);
      return withoutUnsubscribed(member, reconciliation);
    case 'unrevoked-partitions':
      if (!claimsAnyOf(claimed, member.pendingRevocation)) return nextAssignment(member, reconciliation);
      return hasSubscriptionChanged ? withoutUnsubscribed(member, reconciliation) : member;
    case 'unreleased-partitions':
      return nextAssignment(member, reconciliation);
    case 'unknown':
      // What it means is not known, so it has to start from nothing.
      if (claimed === null || claimed.length > 0) return undefined;
      return nextAssignment(member, reconciliation, targetEpoch);
  }
}

/** The short way: what the member does not subscribe to any more is taken from it, whatever the target says. */
function withoutUnsubscribed(member: ConsumerGroupMember, reconciliation: Reconciliation): ConsumerGroupMember {
  const assigned = new Map(member.assigned);
  const pendingRevocation = new Map(member.pendingRevocation);
  for (const [topicId, partitions] of member.assigned) {
    if (isSubscribed(member, topicId, reconciliation)) continue;
    assigned.delete(topicId);
    pendingRevocation.set(topicId, new Map([...(pendingRevocation.get(topicId) ?? []), ...partitions]));
  }
  if (assigned.size === member.assigned.size) return member;
  if (claimsAnyOf(reconciliation.claimed, pendingRevocation)) {
    return moved(member, member.memberEpoch, { state: 'unrevoked-partitions', assigned, pendingRevocation });
  }
  return moved(member, member.memberEpoch, { assigned });
}

function nextAssignment(
  member: ConsumerGroupMember,
  reconciliation: Reconciliation,
  memberEpoch = member.memberEpoch,
): ConsumerGroupMember {
  const { kept, revoked, free, hasUnreleased } = compare(member, reconciliation);
  if (revoked.size > 0 && claimsAnyOf(reconciliation.claimed, revoked)) {
    return moved(member, memberEpoch, {
      state: 'unrevoked-partitions',
      assigned: kept,
      pendingRevocation: revoked,
    });
  }
  return moved(member, reconciliation.targetEpoch, {
    state: hasUnreleased ? 'unreleased-partitions' : 'stable',
    assigned: plus(kept, free, reconciliation.targetEpoch),
    pendingRevocation: NO_PARTITIONS,
  });
}

interface Comparison {
  readonly kept: OwnedPartitions;
  readonly revoked: OwnedPartitions;
  /** What of the target it has not, and nobody else has. */
  readonly free: ReadonlyMap<Uuid, readonly number[]>;
  /** Others still have some of the target. */
  readonly hasUnreleased: boolean;
}

function compare(member: ConsumerGroupMember, reconciliation: Reconciliation): Comparison {
  const { target, partitionEpochs } = reconciliation;
  const kept = new Map<Uuid, ReadonlyMap<number, number>>();
  const revoked = new Map<Uuid, ReadonlyMap<number, number>>();
  const free = new Map<Uuid, readonly number[]>();
  let hasUnreleased = false;
  for (const topicId of new Set([...target.keys(), ...member.assigned.keys()])) {
    const current = member.assigned.get(topicId) ?? NOTHING;
    const wanted = isSubscribed(member, topicId, reconciliation) ? (target.get(topicId) ?? []) : [];
    const wantedSet = new Set(wanted);
    const stays: [number, number][] = [];
    const goes: [number, number][] = [];
    for (const entry of current) (wantedSet.has(entry[0]) ? stays : goes).push(entry);
    if (stays.length > 0) kept.set(topicId, goes.length === 0 ? current : new Map(stays));
    if (goes.length > 0) revoked.set(topicId, new Map(goes));
    const comes = wanted.filter((partition) => !current.has(partition));
    // What it gives up itself is as good as free: only one member has a partition at a time.
    const own = member.pendingRevocation.get(topicId) ?? NOTHING;
    const freeOfTopic = comes.filter((each) => own.has(each) || !partitionEpochs.isOwned(topicId, each));
    hasUnreleased ||= freeOfTopic.length < comes.length;
    if (freeOfTopic.length > 0) free.set(topicId, freeOfTopic);
  }
  return { kept, revoked, free, hasUnreleased };
}

function plus(owned: OwnedPartitions, additions: ReadonlyMap<Uuid, readonly number[]>, epoch: number): OwnedPartitions {
  if (additions.size === 0) return owned;
  const sum = new Map(owned);
  for (const [topicId, partitions] of additions) {
    const topic = new Map(sum.get(topicId) ?? NOTHING);
    for (const partition of partitions) topic.set(partition, epoch);
    sum.set(topicId, topic);
  }
  return sum;
}

const NOTHING: ReadonlyMap<number, number> = new Map();

function moved(
  member: ConsumerGroupMember,
  memberEpoch: number,
  change: Partial<Pick<ConsumerGroupMember, 'state' | 'assigned' | 'pendingRevocation'>>,
): ConsumerGroupMember {
  return { ...member, ...change, memberEpoch, previousMemberEpoch: member.memberEpoch };
}

/** A regular expression that is not resolved yet matches nothing. */
function isSubscribed(member: ConsumerGroupMember, topicId: Uuid, reconciliation: Reconciliation): boolean {
  const name = reconciliation.topics.byId(topicId)?.name;
  if (name === undefined) return false;
  if (member.subscribedTopics.has(name)) return true;
  const regex = regexOf(member);
  return regex !== undefined && reconciliation.resolvedRegexes.get(regex)?.topics.has(name) === true;
}
