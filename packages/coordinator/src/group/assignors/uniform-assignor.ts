import type { Uuid } from '@sluice/kernel/ids';
import type { Assignor, AssignorInput } from './assignor.ts';
import { numberMembers, ownedTopics } from './owned-topics.ts';
import { assignHeterogeneous } from './uniform-heterogeneous.ts';
import { assignHomogeneous } from './uniform-homogeneous.ts';

/** Spreads all partitions evenly and moves as few as it can; balance comes before stickiness. The default of KIP-848. */
export const uniformAssignor: Assignor = {
  name: 'uniform',

  assign({ members, partitionCount }) {
    const numbered = numberMembers(members);
    const topics = ownedTopics(numbered, partitionCount);
    return isHomogeneous(members) ? assignHomogeneous(numbered, topics) : assignHeterogeneous(numbered, topics);
  },
};

function isHomogeneous(members: AssignorInput['members']): boolean {
  let first: ReadonlySet<Uuid> | undefined;
  for (const { subscribedTopicIds } of members.values()) {
    first ??= subscribedTopicIds;
    if (first === subscribedTopicIds) continue;
    if (!areSameTopics(first, subscribedTopicIds)) return false;
  }
  return true;
}

function areSameTopics(a: ReadonlySet<Uuid>, b: ReadonlySet<Uuid>): boolean {
  if (a.size !== b.size) return false;
  for (const topicId of a) if (!b.has(topicId)) return false;
  return true;
}
