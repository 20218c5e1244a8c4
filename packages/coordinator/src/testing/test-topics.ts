import type { Uuid } from '@sluice/kernel/ids';
import type { TopicsView, TopicView } from '../group/group-environment.ts';

export interface TestTopic {
  readonly name: string;
  readonly id?: Uuid;
  readonly partitionCount?: number;
  /** Of each partition. */
  readonly racks?: readonly (readonly string[])[];
}

export interface TestTopics extends TopicsView {
  put(topic: TestTopic): TopicView;
  delete(name: string): void;
}

/** Topics that a test makes as it likes. */
export function createTestTopics(...initial: TestTopic[]): TestTopics {
  const topics = new Map<string, TopicView>();
  let version = 0;

  const view: TestTopics = {
    get version() {
      return version;
    },
    byName: (name) => topics.get(name),
    byId: (id) => [...topics.values()].find((topic) => topic.id === id),
    names: () => topics.keys(),
    put({ name, id, partitionCount, racks }) {
      version++;
      const topic: TopicView = {
        name,
        id: id ?? testTopicId(name),
        partitionCount: racks?.length ?? partitionCount ?? 1,
        racks: (partition) => racks?.[partition] ?? [],
      };
      topics.set(name, topic);
      return topic;
    },
    delete(name) {
      version++;
      topics.delete(name);
    },
  };
  for (const topic of initial) view.put(topic);
  return view;
}

export function testTopicId(name: string): Uuid {
  return Buffer.alloc(16, name.padEnd(16, '_')).toString('base64url');
}
