import type { TopicsView } from '@sluice/coordinator/group/group-environment';
import { type GroupView, subscribedNames } from './group-view.ts';
import { keyOf, type PartitionKey } from './partition-key.ts';
import type { Targets } from './target-memory.ts';

/** What is wrong with a target that was just computed, if anything. */
export function targetFault(view: GroupView, before: Targets, topics: TopicsView): string | undefined {
  return ownershipFault(view, topics) ?? movesFault(view, before, topics);
}

/** Every partition of a subscribed topic belongs to one of its subscribers, and to no other. */
function ownershipFault(view: GroupView, topics: TopicsView): string | undefined {
  const owners = new Map<PartitionKey, string>();
  const wanted = new Set<PartitionKey>();
  for (const [memberId, member] of view.members) {
    const mine = new Set<PartitionKey>(partitionsOf(subscribedNames(view, member), topics));
    for (const key of mine) wanted.add(key);
    for (const key of view.targets.get(memberId) ?? []) {
      const other = owners.get(key);
      if (other !== undefined) return `${key} is the target of ${other} and of ${memberId}`;
      if (!mine.has(key)) return `${key} is the target of ${memberId}, which does not subscribe to it`;
      owners.set(key, memberId);
    }
  }
  const missing = [...wanted].find((key) => !owners.has(key));
  return missing === undefined ? undefined : `${missing} is nobody's target`;
}

/** Among members of the same subscription the uniform assignor is balanced, and moves what balance demands. */
function movesFault(view: GroupView, before: Targets, topics: TopicsView): string | undefined {
  if ([...view.members.values()].some(({ serverAssignor }) => serverAssignor === 'range')) return undefined;
  const subscriptions = [...view.members.values()].map((member) =>
    [...partitionsOf(subscribedNames(view, member), topics)].sort(),
  );
  const [first] = subscriptions;
  if (first === undefined || subscriptions.some((other) => other.join() !== first.join())) return undefined;
  const existing = new Set(first);
  const after = new Map(
    [...view.members.keys()].map((memberId) => [memberId, view.targets.get(memberId) ?? new Set()]),
  );
  const share = Math.floor(existing.size / after.size);
  const extras = existing.size % after.size;
  const sizes = [...after.values()].map((keys) => keys.size);
  if (Math.max(...sizes) - Math.min(...sizes) > 1) return `the target is not balanced: ${sizes.join(' ')}`;

  const kept = [...after.keys()].map(
    (member) => [...(before.get(member) ?? [])].filter((key) => existing.has(key)).length,
  );
  const above = kept.filter((count) => count > share);
  const movesMin = above.reduce((sum, count) => sum + count - share, 0) - Math.min(above.length, extras);
  let moves = 0;
  for (const [member, keys] of after)
    for (const key of before.get(member) ?? []) if (existing.has(key) && !keys.has(key)) moves++;
  return moves > movesMin ? `${moves} partitions move where ${movesMin} would do` : undefined;
}

export function* partitionsOf(names: Iterable<string>, topics: TopicsView): Iterable<PartitionKey> {
  for (const name of names) {
    const topic = topics.byName(name);
    if (topic === undefined) continue;
    for (let partition = 0; partition < topic.partitionCount; partition++) yield keyOf(topic.id, partition);
  }
}
