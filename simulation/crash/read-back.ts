import type { Broker } from '@sluice/client/broker';
import { type PartitionKey, partitionKey, type ReadBack, type RecordId } from './history.ts';
import { fetch, recordsOf } from './load/consumer.ts';
import type { LoadTopic } from './load/load.ts';
import { earliestOffset } from './load/partition-offsets.ts';

/** Every topic from its start to its end, when nobody writes any more. */
export async function readBack(
  broker: Broker,
  topics: readonly LoadTopic[],
): Promise<ReadonlyMap<PartitionKey, ReadBack>> {
  const found = new Map<PartitionKey, ReadBack>();
  for (const topic of topics) {
    for (let partition = 0; partition < topic.partitionCount; partition++) {
      const read = await readPartition(broker, topic, partition);
      found.set(read.partition, read);
    }
  }
  return found;
}

async function readPartition(broker: Broker, topic: LoadTopic, partition: number): Promise<ReadBack> {
  const logStartOffset = await earliestOffset(broker, topic, partition);
  const key = partitionKey(topic.name, topic.topicId, partition);
  const records = new Map<number, RecordId>();
  // The others of the topic are asked for at the same place; what they answer is not looked at.
  for (let position = logStartOffset; ; ) {
    const positions = Array.from({ length: topic.partitionCount }, () => position);
    const data = (await fetch(broker, topic, positions)).find(({ partitionIndex }) => partitionIndex === partition);
    if (data === undefined || data.errorCode !== 0) throw new Error(`read back of ${key}: error ${data?.errorCode}`);
    if (position >= data.highWatermark) {
      return { partition: key, logStartOffset, highWatermark: data.highWatermark, records };
    }
    const read = recordsOf(data, position);
    const last = read.at(-1);
    if (last === undefined) throw new Error(`read back of ${key}: nothing at ${position} of ${data.highWatermark}`);
    for (const { offset, id } of read) records.set(offset, id);
    position = last.offset + 1;
  }
}
