import type { Assignment } from '../group/assignors/assignor.ts';

/** How many partitions had an owner among these members and have another one now. */
export function movedPartitions(
  before: ReadonlyMap<string, Assignment>,
  after: ReadonlyMap<string, Assignment>,
): number {
  const owners = ownersOf(before);
  let moved = 0;
  for (const [partition, owner] of ownersOf(after)) {
    const previous = owners.get(partition);
    if (previous !== undefined && previous !== owner) moved++;
  }
  return moved;
}

/** "topic id-partition" to member id. */
function ownersOf(target: ReadonlyMap<string, Assignment>): Map<string, string> {
  const owners = new Map<string, string>();
  for (const [memberId, assignment] of target) {
    for (const [topicId, partitions] of assignment) {
      for (const partition of partitions) owners.set(`${topicId}-${partition}`, memberId);
    }
  }
  return owners;
}
