import type { Broker } from '@sluice/client/broker';
import type { History, KeyedRecord, PartitionKey } from '../crash/history.ts';
import { readKeyed } from '../crash/load/keyed-producer.ts';
import type { Load } from '../crash/load/load.ts';
import { createTopicAdmin } from '../crash/load/topic-admin.ts';
import { lookCloser } from '../crash/look-closer.ts';
import { readBack } from '../crash/read-back.ts';

/** The one topic that is compacted. */
export const COMPACTED_TOPIC = 'table';

/** All topics from their starts to their ends, when nobody writes any more. */
export async function readEverything(broker: Broker, load: Load): Promise<History> {
  const { recorder } = load;
  const seen = await createTopicAdmin(broker, recorder).look();
  const topics = [...seen].map(([name, { topicId, partitionCount }]) => ({ name, topicId, partitionCount }));
  const plain = topics.filter(({ name }) => name !== COMPACTED_TOPIC);
  const found = await readBack(broker, plain, recorder);
  let compacted: ReadonlyMap<PartitionKey, readonly KeyedRecord[]> = new Map();
  for (const topic of topics) {
    if (topic.name === COMPACTED_TOPIC) compacted = await readKeyed(broker, topic, recorder);
    else await lookCloser(load, broker, topic, found);
  }
  return { ...recorder.finish(found), compacted };
}
