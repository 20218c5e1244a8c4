import type { Broker } from '@sluice/client/broker';
import { fetchedRecords } from '@sluice/client/fetched-records';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { fetchRequestCodec } from '@sluice/protocol/generated/messages/fetch-request';
import { fetchResponseCodec, type PartitionData } from '@sluice/protocol/generated/messages/fetch-response';
import { type PartitionKey, partitionKey } from '../history.ts';
import { decodeValue } from '../record-value.ts';
import { type Load, type LoadTopic, pause, withConnections } from './load.ts';
import { earliestOffset } from './partition-offsets.ts';

const FETCH = { request: fetchRequestCodec, response: fetchResponseCodec };
const WAIT_MS_MAX = 200;
/** Before a partition that is offline is asked for again. */
const OFFLINE_PAUSE_MS_MAX = 40;
const PARTITION_SIZE_BYTES_MAX = 256 * 1024;
const FETCH_SIZE_BYTES_MAX = 1024 * 1024;
/** After a reconnect a consumer looks at some of what it has already had. */
const REWIND_MAX = 400;

/** Reads a topic while it grows, restart after restart, and takes down all that it is given. */
export async function runConsumer(load: Load, name: string, topic: LoadTopic): Promise<void> {
  const positions = Array.from({ length: topic.partitionCount }, () => 0);

  await withConnections(load, name, async (broker) => {
    for (const [partition, position] of positions.entries()) {
      positions[partition] = Math.max(0, position - load.random.below(REWIND_MAX));
    }
    while (!load.isEnding) {
      const begunAt = load.recorder.length;
      for (const data of await fetch(broker, topic, positions)) {
        const position = positions[data.partitionIndex] ?? 0;
        positions[data.partitionIndex] = await take(load, broker, { name, topic, begunAt, position, data });
      }
    }
    return 'done';
  });
}

/** One fetch of all partitions. */
export async function fetch(
  broker: Broker,
  { topicId }: LoadTopic,
  positions: readonly number[],
): Promise<readonly PartitionData[]> {
  const response = await broker.request(FETCH, () => ({
    maxWaitMs: WAIT_MS_MAX,
    minBytes: 1,
    maxBytes: FETCH_SIZE_BYTES_MAX,
    sessionEpoch: -1,
    topics: [
      {
        topicId,
        partitions: positions.map((fetchOffset, partition) => ({
          partition,
          fetchOffset,
          partitionMaxBytes: PARTITION_SIZE_BYTES_MAX,
        })),
      },
    ],
  }));
  if (response.errorCode !== 0) throw new Error(`Fetch: error ${response.errorCode}`);
  return response.responses.flatMap(({ partitions }) => partitions);
}

interface Taken {
  readonly name: string;
  readonly topic: LoadTopic;
  readonly begunAt: number;
  readonly position: number;
  readonly data: PartitionData;
}

/** Returns where to go on. */
async function take(load: Load, broker: Broker, taken: Taken): Promise<number> {
  const { name, topic, begunAt, position, data } = taken;
  const partition: PartitionKey = partitionKey(topic.name, topic.topicId, data.partitionIndex);
  if (data.errorCode === ErrorCode.OFFSET_OUT_OF_RANGE) {
    load.recorder.record({ kind: 'out-of-range', consumer: name, partition, begunAt, position });
    return earliestOffset(broker, topic, data.partitionIndex);
  }
  if (data.errorCode === ErrorCode.KAFKA_STORAGE_ERROR && load.mayDiskFail === true) {
    await pause(load, OFFLINE_PAUSE_MS_MAX);
    return position;
  }
  if (data.errorCode !== 0) throw new Error(`Fetch of ${partition}: error ${data.errorCode}`);
  const { highWatermark, logStartOffset } = data;
  const records = recordsOf(data, position).map(({ offset, id }) => ({ offset, id }));
  load.recorder.record({
    kind: 'polled',
    consumer: name,
    partition,
    begunAt,
    position,
    records,
    highWatermark,
    logStartOffset,
  });
  return (records.at(-1)?.offset ?? position - 1) + 1;
}

export function recordsOf(data: PartitionData, position: number) {
  return [...fetchedRecords(data.records ?? Buffer.alloc(0), position, Infinity)].flatMap(({ records }) =>
    records.map(({ offset, value, timestampMs }) => ({ offset, id: decodeValue(value), timestampMs })),
  );
}
