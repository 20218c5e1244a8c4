import type { Uuid } from '@sluice/kernel/ids';
import { type Assignment, EMPTY_ASSIGNMENT } from '../assignors/assignor.ts';
import { isSameAssignment } from './share-group-member.ts';

/** What the assignor is told of a member. */
export interface SimpleAssignorMember {
  /** Existing topics only. Members of the same subscription share one set. */
  readonly subscribedTopicIds: ReadonlySet<Uuid>;
  /** The member's current target. */
  readonly assignment: Assignment;
}

/** By topic, ascending: those whose share state is begun. */
export type AssignablePartitions = ReadonlyMap<Uuid, readonly number[]>;

interface TopicPartition {
  readonly topicId: Uuid;
  readonly partition: number;
}

export const SIMPLE_ASSIGNOR = 'simple';

/**
 * Kafka's assignor of share groups: each partition goes to as many members as there are for each, and members get as
 * much as each other, give or take one. Who has something keeps it as far as that goes. Where members subscribe to
 * different topics, each topic is shared out by itself.
 *
 * The new target of all members, of those that get nothing too. An assignment that stays as it was is the same object.
 */
export function assignSimply(
  members: ReadonlyMap<string, SimpleAssignorMember>,
  assignable: AssignablePartitions,
): ReadonlyMap<string, Assignment> {
  const partitionsOf = (topicId: Uuid): TopicPartition[] =>
    (assignable.get(topicId) ?? []).map((partition) => ({ topicId, partition }));
  const assigned = new Map<string, TopicPartition[]>(Array.from(members.keys(), (memberId) => [memberId, []]));
  const shareAmong = (memberIds: readonly string[], partitions: readonly TopicPartition[]) => {
    const shares = shareOut(memberIds, partitions, (memberId) => members.get(memberId)?.assignment ?? EMPTY_ASSIGNMENT);
    for (const [memberId, share] of shares) assigned.get(memberId)?.push(...share);
  };
  const subscriptions = new Set(Array.from(members.values(), ({ subscribedTopicIds }) => subscribedTopicIds));
  if (subscriptions.size === 1) {
    for (const topicIds of subscriptions) shareAmong([...members.keys()], [...topicIds].flatMap(partitionsOf));
  } else {
    const subscribers = new Map<Uuid, string[]>();
    for (const [memberId, { subscribedTopicIds }] of members) {
      for (const topicId of subscribedTopicIds) {
        const known = subscribers.get(topicId);
        if (known === undefined) subscribers.set(topicId, [memberId]);
        else known.push(memberId);
      }
    }
    for (const [topicId, memberIds] of subscribers) shareAmong(memberIds, partitionsOf(topicId));
  }
  const targets = new Map<string, Assignment>();
  for (const [memberId, { assignment }] of members) {
    const target = toAssignment(assigned.get(memberId) ?? []);
    targets.set(memberId, isSameAssignment(assignment, target) ? assignment : target);
  }
  return targets;
}

function shareOut(
  memberIds: readonly string[],
  partitions: readonly TopicPartition[],
  currentOf: (memberId: string) => Assignment,
): ReadonlyMap<string, ReadonlySet<TopicPartition>> {
  const sharersMax = partitions.length === 0 ? 0 : Math.ceil(memberIds.length / partitions.length);
  const fairShare = (sharersMax * partitions.length) / memberIds.length;
  const shares = new Map<string, Set<TopicPartition>>();
  const sharerCounts = new Map<TopicPartition, number>(partitions.map((each) => [each, 0]));
  const unfilled: { readonly share: Set<TopicPartition>; readonly sizeMax: number }[] = [];
  const byTopic = Map.groupBy(partitions, ({ topicId }) => topicId);
  for (const [index, memberId] of memberIds.entries()) {
    const sizeMax = Math.ceil(fairShare * (index + 1)) - Math.ceil(fairShare * index);
    const share = new Set<TopicPartition>();
    for (const [topicId, current] of currentOf(memberId)) {
      const kept = new Set(current);
      for (const each of byTopic.get(topicId) ?? []) {
        const sharerCount = sharerCounts.get(each) ?? 0;
        if (share.size === sizeMax || sharerCount === sharersMax || !kept.has(each.partition)) continue;
        share.add(each);
        sharerCounts.set(each, sharerCount + 1);
      }
    }
    shares.set(memberId, share);
    if (share.size < sizeMax) unfilled.push({ share, sizeMax });
  }
  // Those that fewest are with come first, so that none is left over.
  const wanting = partitions.filter((each) => (sharerCounts.get(each) ?? 0) < sharersMax);
  wanting.sort((one, other) => (sharerCounts.get(one) ?? 0) - (sharerCounts.get(other) ?? 0));
  let turn = 0;
  for (const each of wanting) {
    let missing = sharersMax - (sharerCounts.get(each) ?? 0);
    for (let tries = unfilled.length; tries > 0 && missing > 0; tries--) {
      turn %= unfilled.length;
      const candidate = unfilled[turn];
      if (candidate === undefined) break;
      if (candidate.share.has(each)) {
        turn++;
        continue;
      }
      candidate.share.add(each);
      missing--;
      if (candidate.share.size === candidate.sizeMax) unfilled.splice(turn, 1);
      else turn++;
    }
  }
  return shares;
}

function toAssignment(partitions: readonly TopicPartition[]): Assignment {
  if (partitions.length === 0) return EMPTY_ASSIGNMENT;
  const byTopic = Map.groupBy(partitions, ({ topicId }) => topicId);
  const assignment = new Map<Uuid, readonly number[]>();
  for (const [topicId, each] of byTopic)
    assignment.set(
      topicId,
      each.map(({ partition }) => partition).sort((a, b) => a - b),
    );
  return assignment;
}
