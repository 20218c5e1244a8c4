/**
 * The subscribers of one topic, ordered by how many partitions they have. One end hands out who should get the next
 * partition, the other who should give one up. Both assume that it happens: each end is a range of members that stood at
 * the same level when the round began, and widens when all of them have had their turn.
 */
export interface LoadLadder {
  /** Starts over with these members; returns how many partitions lie between the most and the least loaded. */
  reset(members: readonly number[]): number;
  nextLeastLoaded(): number;
  /** −1 if nobody is left that could give up a partition. */
  nextMostLoaded(): number;
  /** The member that `nextMostLoaded` gave last has nothing of this topic: it is not to come again. */
  excludeMostLoaded(): void;
  /** No move could make it more even: the levels of the two ends differ by one at most. */
  isBalanced(): boolean;
}

/** `loads[member]` is the number of partitions that a member has; the caller keeps it up to date. */
export function createLoadLadder(loads: Int32Array): LoadLadder {
  const keys = new Float64Array(loads.length);
  const order = new Int32Array(loads.length);
  let size = 0;
  const least = { end: 0, level: 0, next: 0 };
  const most = { start: 0, end: 0, level: 0, next: 0 };

  const loadAt = (position: number): number => loads[order[position] ?? 0] ?? 0;

  /** By load, then by index: as one number, because sorting numbers needs no callback. */
  function sortMembers(members: readonly number[]): void {
    size = members.length;
    for (let i = 0; i < size; i++) {
      const member = members[i] ?? 0;
      keys[i] = (loads[member] ?? 0) * loads.length + member;
    }
    const sorted = keys.subarray(0, size).sort();
    for (let i = 0; i < size; i++) order[i] = (sorted[i] ?? 0) % loads.length;
  }

  function widenLeast(): void {
    least.level++;
    while (least.end < size && loadAt(least.end) === least.level) least.end++;
    least.next = 0;
  }

  function widenMost(): void {
    const isUsedUp = most.end <= most.start && most.start > 0;
    most.level = isUsedUp ? loadAt(most.start - 1) : most.level - 1;
    while (most.start > 0 && loadAt(most.start - 1) === most.level) most.start--;
    most.next = most.end - 1;
  }

  return {
    reset(members) {
      sortMembers(members);
      const lowest = loadAt(0);
      const highest = loadAt(size - 1);
      Object.assign(least, { end: 0, level: lowest - 1, next: 0 });
      Object.assign(most, { start: size, end: size, level: highest + 1, next: size - 1 });
      return highest - lowest;
    },
    nextLeastLoaded() {
      if (least.next >= least.end) widenLeast();
      return order[least.next++] ?? 0;
    },
    nextMostLoaded() {
      if (most.next < most.start) widenMost();
      return most.next < 0 ? -1 : (order[most.next--] ?? -1);
    },
    excludeMostLoaded() {
      const position = most.next + 1;
      const last = most.end - 1;
      [order[position], order[last]] = [order[last] ?? 0, order[position] ?? 0];
      most.end--;
    },
    isBalanced: () => most.level - least.level <= 1,
  };
}
