/**
 * Heartbeats that have to begin share state, or may yet be told to. One that is given up before its records are committed
 * begins nothing, though the group's record comes to say so: without this it would be half a minute until somebody asks
 * again (as in Kafka).
 */
export interface Beginners {
  enter(groupId: string): void;
  /** `isLost`: what it decided may count, and it does not know of it. */
  leave(groupId: string, isLost: boolean): void;
}

/** `onLost` is called once nobody is left who may begin what was lost: state that is begun twice forgets what came between. */
export function createBeginners(onLost: (groupId: string) => void): Beginners {
  const byGroup = new Map<string, { count: number; isLost: boolean }>();
  return {
    enter(groupId) {
      const known = byGroup.get(groupId);
      if (known === undefined) byGroup.set(groupId, { count: 1, isLost: false });
      else known.count++;
    },
    leave(groupId, isLost) {
      const known = byGroup.get(groupId);
      if (known === undefined) return;
      known.count--;
      known.isLost ||= isLost;
      if (known.count > 0) return;
      byGroup.delete(groupId);
      if (known.isLost) onLost(groupId);
    },
  };
}
