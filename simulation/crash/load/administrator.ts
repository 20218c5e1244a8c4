import type { Broker } from '@sluice/client/broker';
import type { SeenTopic } from '../history.ts';
import { type Load, pause, withConnections } from './load.ts';
import { makeBatch, sendBatch } from './send-batch.ts';
import { createTopicAdmin, type TopicAdmin } from './topic-admin.ts';

const CHURNED_TOPICS = 8;
const PARTITIONS_MAX = 3;
const PAUSE_MS_MAX = 60;
/** Far above any run's length, so that retention never acts; each value is used once. */
const SETTING_FIRST = 1_000_000_000;

/** Makes, changes and deletes topics, the same names again and again, and looks at all of them after every restart. */
export async function runAdministrator(load: Load, name: string): Promise<void> {
  const { random } = load;
  let nextSetting = SETTING_FIRST;
  let nextNumber = 0;

  /** A record in a new topic: in the next one of this name nothing of it may be found. */
  async function mark(broker: Broker, topic: string, topicId: string, partitionCount: number): Promise<void> {
    const partition = random.below(partitionCount);
    const firstNumber = nextNumber++;
    const target = { name: topic, topicId, partitionCount };
    const batch = makeBatch(load, { topic: target, partition, producer: name, acks: -1, firstNumber, count: 1 });
    await sendBatch(load, broker, batch, true);
  }

  async function changeOne(broker: Broker, admin: TopicAdmin, topics: Map<string, SeenTopic>): Promise<void> {
    const topic = `churned-${random.below(CHURNED_TOPICS)}`;
    const seen = topics.get(topic);
    const setting = String(nextSetting++);
    if (seen === undefined) {
      const partitionCount = 1 + random.below(PARTITIONS_MAX);
      const topicId = await admin.create(topic, partitionCount, setting);
      if (topicId === undefined) return;
      topics.set(topic, { topicId, partitionCount, setting });
      await mark(broker, topic, topicId, partitionCount);
    } else if (random.chance(0.4)) {
      await admin.delete(topic);
      topics.delete(topic);
    } else {
      await admin.alter(topic, setting);
    }
  }

  await withConnections(load, name, async (broker) => {
    const admin = createTopicAdmin(broker, load.recorder);
    let topics = new Map(await admin.look());
    while (!load.isEnding) {
      await changeOne(broker, admin, topics);
      if (random.chance(0.1)) topics = new Map(await admin.look());
      await pause(load, PAUSE_MS_MAX);
    }
    await admin.look();
    return 'done';
  });
}
