import type { Broker } from '@sluice/client/broker';
import { ClientError } from '@sluice/client/client-error';
import { type PartitionKey, partitionKey, type ReadBack, type RecordId } from './history.ts';
import { fetch, recordsOf } from './load/consumer.ts';
import type { LoadTopic } from './load/load.ts';
import { earliestOffset } from './load/partition-offsets.ts';
import type { Recorder } from './recorder.ts';

/**
 * Every topic from its start to its end, when nobody writes any more. A partition that cannot be read is told and counts
 * as empty: after damage the broker may rightly refuse to serve it.
 */
export async function readBack(
  broker: Broker,
  topics: readonly LoadTopic[],
  recorder: Recorder,
): Promise<ReadonlyMap<PartitionKey, ReadBack>> {
  const found = new Map<PartitionKey, ReadBack>();
  for (const topic of topics) {
    for (let partition = 0; partition < topic.partitionCount; partition++) {
      const key = partitionKey(topic.name, topic.topicId, partition);
      const read = await readPartition(broker, topic, partition).catch((error: unknown): ReadBack => {
        if (error instanceof ClientError) throw error;
        recorder.record({
          kind: 'odd',
          what: `read back of ${key}: ${error instanceof Error ? error.message : error}`,
        });
        return { partition: key, logStartOffset: 0, highWatermark: 0, records: new Map() };
      });
      found.set(key, read);
    }
  }
  return found;
}

async function readPartition(broker: Broker, topic: LoadTopic, partition: number): Promise<ReadBack> {
  const logStartOffset = await earliestOffset(broker, topic, partition);
  const key = partitionKey(topic.name, topic.topicId, partition);
  const records = new Map<number, RecordId>();
  const timestamps = new Map<number, number>();
  // The others of the topic are asked for at the same place; what they answer is not looked at.
  for (let position = logStartOffset; ; ) {
    const positions = Array.from({ length: topic.partitionCount }, () => position);
    const data = (await fetch(broker, topic, positions)).find(({ partitionIndex }) => partitionIndex === partition);
    if (data === undefined || data.errorCode !== 0) throw new Error(`error ${data?.errorCode}`);
    if (position >= data.highWatermark) {
      return { partition: key, logStartOffset, highWatermark: data.highWatermark, records, timestamps };
    }
    const read = recordsOf(data, position);
    const last = read.at(-1);
    if (last === undefined) throw new Error(`nothing at ${position} of ${data.highWatermark}`);
    for (const { offset, id, timestampMs } of read) {
      records.set(offset, id);
      timestamps.set(offset, timestampMs);
    }
    position = last.offset + 1;
  }
}
