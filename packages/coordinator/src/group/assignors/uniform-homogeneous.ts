import type { Uuid } from '@sluice/kernel/ids';
import type { Assignment } from './assignor.ts';
import { type NumberedMember, type OwnedTopic, targetsOf } from './owned-topics.ts';

/**
 * All members are subscribed to the same topics: whoever has too much gives up what is beyond its quota, and what nobody
 * has goes to those that have too little. Every member ends with the same number of partitions, give or take one, and no
 * fewer partitions could have moved for it.
 */
export function assignHomogeneous(
  members: readonly NumberedMember[],
  topics: ReadonlyMap<Uuid, OwnedTopic>,
): ReadonlyMap<string, Assignment> {
  const unassigned = unownedPartitions(topics);
  const hungry = revokeBeyondQuota(members, topics, unassigned);
  feed(hungry, topics, unassigned);
  return targetsOf(members, topics);
}

interface TopicPartition {
  readonly topicId: Uuid;
  readonly partition: number;
}

function unownedPartitions(topics: ReadonlyMap<Uuid, OwnedTopic>): TopicPartition[] {
  const unassigned: TopicPartition[] = [];
  for (const [topicId, { owners }] of topics) {
    owners.forEach((owner, partition) => {
      if (owner === -1) unassigned.push({ topicId, partition });
    });
  }
  return unassigned;
}

interface HungryMember {
  readonly index: number;
  readonly missing: number;
}

/** Adds to `unassigned` what is taken away; returns who has less than its quota. */
function revokeBeyondQuota(
  members: readonly NumberedMember[],
  topics: ReadonlyMap<Uuid, OwnedTopic>,
  unassigned: TopicPartition[],
): HungryMember[] {
  let partitionCount = 0;
  for (const { owners } of topics.values()) partitionCount += owners.length;
  const quotaMin = Math.floor(partitionCount / members.length);
  // So many members may have one partition more. First come those that have it already: theirs need not move.
  let extras = partitionCount % members.length;

  const hungry: HungryMember[] = [];
  members.forEach(({ index, member }, turn) => {
    let takesExtra = extras > 0;
    let missing = quotaMin + (takesExtra ? 1 : 0);
    for (const [topicId, partitions] of member.assignment) {
      const owners = topics.get(topicId)?.owners;
      if (owners === undefined) continue;
      for (const partition of partitions) {
        if (owners[partition] !== index) continue;
        if (missing > 0) missing--;
        else {
          owners[partition] = -1;
          unassigned.push({ topicId, partition });
        }
      }
    }
    const othersCanTakeExtra = members.length - turn > extras;
    if (missing > 0 && takesExtra && othersCanTakeExtra) {
      missing--;
      takesExtra = false;
    }
    if (takesExtra) extras--;
    if (missing > 0) hungry.push({ index, missing });
  });
  return hungry;
}

function feed(
  hungry: readonly HungryMember[],
  topics: ReadonlyMap<Uuid, OwnedTopic>,
  unassigned: readonly TopicPartition[],
): void {
  let next = 0;
  for (const { index, missing } of hungry) {
    for (const { topicId, partition } of unassigned.slice(next, next + missing)) {
      const owners = topics.get(topicId)?.owners;
      if (owners !== undefined) owners[partition] = index;
    }
    next += missing;
  }
}
