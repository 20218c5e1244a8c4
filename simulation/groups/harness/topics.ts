import type { TopicsView, TopicView } from '@sluice/coordinator/group/group-environment';

export interface SimTopics extends TopicsView {
  partitionCount(name: string): number;
}

/** Topics by the number of their partitions. */
export function createSimTopics(partitionCounts: Readonly<Record<string, number>>): SimTopics {
  const views = new Map<string, TopicView>();
  for (const [index, [name, partitionCount]] of Object.entries(partitionCounts).entries()) {
    const id = Buffer.alloc(16, index + 1).toString('base64url');
    views.set(name, { name, id, partitionCount, racks: () => [] });
  }
  return {
    byName: (name) => views.get(name),
    byId: (id) => [...views.values()].find((view) => view.id === id),
    names: () => views.keys(),
    version: 1,
    partitionCount: (name) => views.get(name)?.partitionCount ?? 0,
  };
}
