import type { TopicsView, TopicView } from '@sluice/coordinator/group/group-environment';
import type { Uuid } from '@sluice/kernel/ids';
import type { SimRandom } from '@sluice/kernel/sim/random';

/** Topics that come, grow and go. Whoever has to know is told by the caller. */
export interface ChangingTopics extends TopicsView {
  partitionCount(name: string): number;
  create(name: string, partitionCount: number): void;
  grow(name: string, by: number): void;
  delete(name: string): void;
}

export function createChangingTopics(random: SimRandom): ChangingTopics {
  const byName = new Map<string, TopicView>();
  const byId = new Map<Uuid, TopicView>();
  let version = 0;

  function put(topic: TopicView): void {
    byName.set(topic.name, topic);
    byId.set(topic.id, topic);
    version++;
  }

  return {
    get version() {
      return version;
    },
    byName: (name) => byName.get(name),
    byId: (id) => byId.get(id),
    names: () => byName.keys(),
    partitionCount: (name) => byName.get(name)?.partitionCount ?? 0,
    create(name, partitionCount) {
      if (!byName.has(name)) put({ name, id: random.uuid(), partitionCount, racks: () => [] });
    },
    grow(name, by) {
      const topic = byName.get(name);
      if (topic !== undefined) put({ ...topic, partitionCount: topic.partitionCount + by });
    },
    delete(name) {
      const topic = byName.get(name);
      if (topic === undefined) return;
      byName.delete(name);
      byId.delete(topic.id);
      version++;
    },
  };
}
