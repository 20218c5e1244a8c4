import type { Broker } from '@sluice/client/broker';
import { ClientError } from '@sluice/client/client-error';
import { fetchedRecords } from '@sluice/client/fetched-records';
import { CODECS } from '@sluice/protocol/compression/codec';
import { ERRORS } from '@sluice/protocol/generated/errors';
import { buildBatch } from '@sluice/protocol/records/build-batch';
import { type KeyedRecord, type Outcome, type PartitionKey, partitionKey } from '../history.ts';
import type { Recorder } from '../recorder.ts';
import { fetch } from './consumer.ts';
import { type Load, type LoadTopic, repeat } from './load.ts';
import { earliestOffset } from './partition-offsets.ts';
import { produceOnce } from './send-batch.ts';

const KEYS = 9;
const RECORDS_MAX = 5;
const TOMBSTONE_CHANCE = 0.2;
const FILLER_SIZE_BYTES_MAX = 200;
const PAUSE_MS_MAX = 30;

/** Updates of a few keys in a compacted topic, again and again, one batch at a time. */
export interface KeyedProducer {
  update(broker: Broker, partition: number): Promise<void>;
}

export function createKeyedProducer(load: Load, name: string, topic: LoadTopic): KeyedProducer {
  const { random, recorder } = load;
  let nextNumber = 0;
  return {
    async update(broker, partition) {
      const records = Array.from({ length: 1 + random.below(RECORDS_MAX) }, () => ({
        key: `${name}-${random.below(KEYS)}`,
        value: random.chance(TOMBSTONE_CHANCE)
          ? null
          : `${nextNumber++}:${'x'.repeat(random.below(FILLER_SIZE_BYTES_MAX))}`,
      }));
      const timestampMs = load.clock.now();
      const codec = CODECS[random.below(CODECS.length)] ?? 'none';
      const bytes = buildBatch(
        records.map((record) => ({ ...record, timestampMs })),
        { codec },
      );
      const key = partitionKey(topic.name, topic.topicId, partition);
      const record = (outcome: Outcome, baseOffset = -1) =>
        recorder.record({ kind: 'updated', partition: key, baseOffset, records, outcome });
      try {
        const { errorCode, baseOffset } = await produceOnce(broker, { topic, partition, bytes, acks: -1 });
        const mayBeThere = ERRORS.get(errorCode)?.retriable === true;
        record(errorCode === 0 ? 'ok' : mayBeThere ? 'info' : 'refused', errorCode === 0 ? baseOffset : -1);
      } catch (error) {
        if (error instanceof ClientError) record('info');
        throw error;
      }
    },
  };
}

export async function runKeyedProducer(load: Load, name: string, topic: LoadTopic): Promise<void> {
  const producer = createKeyedProducer(load, name, topic);
  await repeat(load, name, PAUSE_MS_MAX, (broker) => producer.update(broker, load.random.below(topic.partitionCount)));
}

/** A compacted topic from its start to its end. A partition that cannot be read is told and counts as empty. */
export async function readKeyed(
  broker: Broker,
  topic: LoadTopic,
  recorder: Recorder,
): Promise<ReadonlyMap<PartitionKey, readonly KeyedRecord[]>> {
  const found = new Map<PartitionKey, readonly KeyedRecord[]>();
  for (let partition = 0; partition < topic.partitionCount; partition++) {
    const key = partitionKey(topic.name, topic.topicId, partition);
    const read = await readPartition(broker, topic, partition).catch((error: unknown) => {
      if (error instanceof ClientError) throw error;
      recorder.record({
        kind: 'odd',
        what: `read back of ${key}: ${error instanceof Error ? error.message : error}`,
      });
      return [];
    });
    found.set(key, read);
  }
  return found;
}

async function readPartition(broker: Broker, topic: LoadTopic, partition: number): Promise<KeyedRecord[]> {
  const records: KeyedRecord[] = [];
  for (let position = await earliestOffset(broker, topic, partition); ; ) {
    const positions = Array.from({ length: topic.partitionCount }, () => position);
    const data = (await fetch(broker, topic, positions)).find(({ partitionIndex }) => partitionIndex === partition);
    if (data === undefined || data.errorCode !== 0) throw new Error(`${topic.name}: error ${data?.errorCode}`);
    if (position >= data.highWatermark) return records;
    const before = position;
    for (const batch of fetchedRecords(data.records ?? Buffer.alloc(0), position, Infinity)) {
      for (const { offset, key, value } of batch.records) {
        records.push({ offset, key: String(key), value: value?.toString() ?? null });
      }
      position = batch.nextOffset;
    }
    // The tail may have been compacted away up to the high watermark.
    if (position === before) return records;
  }
}
