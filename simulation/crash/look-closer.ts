import type { Broker } from '@sluice/client/broker';
import { type PartitionKey, partitionKey, type ReadBack } from './history.ts';
import { fetch, recordsOf } from './load/consumer.ts';
import type { Load, LoadTopic } from './load/load.ts';
import { lookUp } from './load/partition-offsets.ts';

/** The name under which fetches in the middle of batches are taken down. */
export const MID_BATCH_READER = 'mid-batch';
export const MAX_TIMESTAMP = -3;
const FETCHES_MAX = 40;
const LOOK_UPS_MAX = 12;

/** When all is read back: fetches at single offsets, wherever in a batch they lie, and looks offsets up by time. */
export async function lookCloser(
  load: Load,
  broker: Broker,
  topic: LoadTopic,
  readBack: ReadonlyMap<PartitionKey, ReadBack>,
): Promise<void> {
  for (let partition = 0; partition < topic.partitionCount; partition++) {
    const found = readBack.get(partitionKey(topic.name, topic.topicId, partition));
    if (found === undefined || found.records.size === 0) continue;
    const offsets = [...found.records.keys()];
    for (const position of sample(load, offsets, FETCHES_MAX))
      await fetchAt(load, broker, topic, partition, position, found);
    const known = [...(found.timestamps ?? new Map<number, number>()).values()];
    const asked = sample(load, known, LOOK_UPS_MAX).flatMap((timestamp) => [timestamp, timestamp + 1]);
    for (const timestamp of new Set([...asked, 0, MAX_TIMESTAMP])) {
      const answer = await lookUp(broker, topic, partition, timestamp);
      load.recorder.record({
        kind: 'looked-up',
        partition: found.partition,
        timestamp,
        foundOffset: answer.offset,
        foundTimestamp: answer.timestamp,
      });
    }
  }
}

async function fetchAt(
  load: Load,
  broker: Broker,
  topic: LoadTopic,
  partition: number,
  position: number,
  found: ReadBack,
): Promise<void> {
  const begunAt = load.recorder.length;
  const positions = Array.from({ length: topic.partitionCount }, () => position);
  const data = (await fetch(broker, topic, positions)).find(({ partitionIndex }) => partitionIndex === partition);
  if (data === undefined || data.errorCode !== 0) throw new Error(`error ${data?.errorCode} at ${position}`);
  load.recorder.record({
    kind: 'polled',
    consumer: MID_BATCH_READER,
    partition: found.partition,
    begunAt,
    position,
    // Enough of what came: the rest was read before.
    records: recordsOf(data, position)
      .slice(0, 3)
      .map(({ offset, id }) => ({ offset, id })),
    highWatermark: data.highWatermark,
    logStartOffset: data.logStartOffset,
  });
}

function sample<T>({ random }: Load, all: readonly T[], countMax: number): T[] {
  if (all.length <= countMax) return [...all];
  return Array.from({ length: countMax }, () => all[random.below(all.length)]).filter((each) => each !== undefined);
}
