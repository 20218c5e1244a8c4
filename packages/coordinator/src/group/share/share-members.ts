import type { ShareMembers } from '../../share/persister.ts';
import type { ShareGroups } from './share-groups.ts';

/** Whom the leaders of partitions ask who is in a share group, and who tells them of those that left. */
export interface ShareMemberRegistry {
  /** Of the partitions of `__consumer_offsets` that this broker leads, or has led. */
  readonly groupsByPartition: Map<number, ShareGroups>;
  readonly tellGone: (groupId: string, memberId: string) => void;
  of(partitionOf: (groupId: string) => number): ShareMembers;
}

export function createShareMembers(): ShareMemberRegistry {
  const groupsByPartition = new Map<number, ShareGroups>();
  const listeners = new Set<(groupId: string, memberId: string) => void>();
  return {
    groupsByPartition,
    tellGone(groupId, memberId) {
      for (const gone of listeners) gone(groupId, memberId);
    },
    of: (partitionOf) => ({
      check(groupId, memberId, memberEpoch) {
        const groups = groupsByPartition.get(partitionOf(groupId));
        if (groups === undefined || !groups.isLoaded) return 'unknown';
        return groups.hasMember(groupId, memberId, memberEpoch) ? 'member' : 'no-member';
      },
      onMemberGone(gone) {
        listeners.add(gone);
        return () => void listeners.delete(gone);
      },
    }),
  };
}
