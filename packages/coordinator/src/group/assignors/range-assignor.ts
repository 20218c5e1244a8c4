import type { Uuid } from '@sluice/kernel/ids';
import { createAssignmentBuilder } from './assignment-builder.ts';
import type { Assignment, Assignor, AssignorInput, AssignorMember } from './assignor.ts';

/**
 * Gives each subscriber of a topic one contiguous range of its partitions. Members take their turns in the same order in
 * every topic, so topics with the same subscribers and the same number of partitions are co-partitioned: one member has
 * partition 3 of all of them. Static members come first, by instance id: a restart under a new member id changes nothing.
 */
export const rangeAssignor: Assignor = {
  name: 'range',

  assign({ members, partitionCount }) {
    const shares = sharesByTopic(members, partitionCount);
    const target = new Map<string, Assignment>();
    for (const [memberId, member] of [...members].sort(inTurn)) {
      const builder = createAssignmentBuilder();
      for (const topicId of member.subscribedTopicIds) {
        const share = shares.get(topicId);
        if (share === undefined) continue;
        const end = share.next + share.partitionsEach + (share.extraPartitions > 0 ? 1 : 0);
        if (share.extraPartitions > 0) share.extraPartitions--;
        for (; share.next < end; share.next++) builder.add(topicId, share.next);
      }
      target.set(memberId, builder.build(member.assignment));
    }
    return target;
  },
};

interface Share {
  readonly partitionsEach: number;
  /** The first subscribers get one more. */
  extraPartitions: number;
  next: number;
}

function sharesByTopic(
  members: AssignorInput['members'],
  partitionCount: AssignorInput['partitionCount'],
): Map<Uuid, Share> {
  const subscriberCounts = new Map<Uuid, number>();
  for (const { subscribedTopicIds } of members.values()) {
    for (const topicId of subscribedTopicIds) subscriberCounts.set(topicId, (subscriberCounts.get(topicId) ?? 0) + 1);
  }
  const shares = new Map<Uuid, Share>();
  for (const [topicId, subscriberCount] of subscriberCounts) {
    const partitions = partitionCount(topicId);
    if (partitions === undefined) continue;
    shares.set(topicId, {
      partitionsEach: Math.floor(partitions / subscriberCount),
      extraPartitions: partitions % subscriberCount,
      next: 0,
    });
  }
  return shares;
}

type Entry = readonly [memberId: string, member: AssignorMember];

function inTurn([memberIdA, a]: Entry, [memberIdB, b]: Entry): number {
  if (a.instanceId !== null && b.instanceId !== null) return compare(a.instanceId, b.instanceId);
  if (a.instanceId !== null) return -1;
  if (b.instanceId !== null) return 1;
  return compare(memberIdA, memberIdB);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
