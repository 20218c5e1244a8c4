import type { Group, GroupTable } from '../group/group.ts';

export function createTestGroupTable(): GroupTable {
  const groups = new Map<string, Group>();
  return {
    get: (groupId) => groups.get(groupId),
    set: (group) => void groups.set(group.groupId, group),
    delete: (groupId) => void groups.delete(groupId),
    values: () => groups.values(),
    get size() {
      return groups.size;
    },
  };
}
