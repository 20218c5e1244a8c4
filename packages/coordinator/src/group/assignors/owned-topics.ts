import type { Uuid } from '@sluice/kernel/ids';
import { createAssignmentBuilder } from './assignment-builder.ts';
import type { Assignment, AssignorInput, AssignorMember } from './assignor.ts';
import { sortedTopicIds } from './topic-order.ts';

/** A member and its place among all members sorted by id: results must not hang on the order of a map. */
export interface NumberedMember {
  readonly index: number;
  readonly memberId: string;
  readonly member: AssignorMember;
}

/** A subscribed topic while an assignor is at work. */
export interface OwnedTopic {
  /** By partition: the index of the member that has it, −1 for nobody. */
  readonly owners: Int32Array;
  /** Indexes of its subscribers, ascending. */
  readonly subscribers: readonly number[];
}

export function numberMembers(members: AssignorInput['members']): readonly NumberedMember[] {
  return [...members.entries()]
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([memberId, member], index) => ({ index, memberId, member }));
}

/** All subscribed topics, ids ascending, with the owners of today as far as they are still subscribed. */
export function ownedTopics(
  members: readonly NumberedMember[],
  partitionCount: AssignorInput['partitionCount'],
): ReadonlyMap<Uuid, OwnedTopic> {
  const subscribers = new Map<Uuid, number[]>();
  for (const { index, member } of members) {
    for (const topicId of member.subscribedTopicIds) {
      const indexes = subscribers.get(topicId);
      if (indexes === undefined) subscribers.set(topicId, [index]);
      else indexes.push(index);
    }
  }
  const topics = new Map<Uuid, OwnedTopic>();
  for (const topicId of sortedTopicIds(subscribers.keys())) {
    const count = partitionCount(topicId);
    if (count === undefined) continue;
    topics.set(topicId, { owners: new Int32Array(count).fill(-1), subscribers: subscribers.get(topicId) ?? [] });
  }
  for (const { index, member } of members) claimOwned(index, member, topics);
  return topics;
}

/** A partition that two members have, or that does not exist, would be a broken target: the first one keeps it. */
function claimOwned(index: number, member: AssignorMember, topics: ReadonlyMap<Uuid, OwnedTopic>): void {
  for (const [topicId, partitions] of member.assignment) {
    const owners = topics.get(topicId)?.owners;
    if (owners === undefined || !member.subscribedTopicIds.has(topicId)) continue;
    for (const partition of partitions) {
      if (owners[partition] === -1) owners[partition] = index;
    }
  }
}

/** What the owners of all partitions come to, member by member. */
export function targetsOf(
  members: readonly NumberedMember[],
  topics: ReadonlyMap<Uuid, OwnedTopic>,
): ReadonlyMap<string, Assignment> {
  const builders = members.map(() => createAssignmentBuilder());
  for (const [topicId, { owners }] of topics) {
    for (let partition = 0; partition < owners.length; partition++) {
      builders[owners[partition] ?? -1]?.add(topicId, partition);
    }
  }
  const target = new Map<string, Assignment>();
  for (const { memberId, member, index } of members) {
    const builder = builders[index];
    if (builder !== undefined) target.set(memberId, builder.build(member.assignment));
  }
  return target;
}
