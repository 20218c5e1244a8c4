import type { Broker } from '@sluice/client/broker';
import { EARLIEST_TIMESTAMP, LATEST_TIMESTAMP } from '@sluice/client/list-offsets';
import { listOffsetsRequestCodec } from '@sluice/protocol/generated/messages/list-offsets-request';
import { listOffsetsResponseCodec } from '@sluice/protocol/generated/messages/list-offsets-response';
import type { LoadTopic } from './load.ts';

const LIST_OFFSETS = { request: listOffsetsRequestCodec, response: listOffsetsResponseCodec };

export function earliestOffset(broker: Broker, topic: LoadTopic, partition: number): Promise<number> {
  return offsetFor(broker, topic, partition, EARLIEST_TIMESTAMP);
}

export function latestOffset(broker: Broker, topic: LoadTopic, partition: number): Promise<number> {
  return offsetFor(broker, topic, partition, LATEST_TIMESTAMP);
}

async function offsetFor(broker: Broker, topic: LoadTopic, partition: number, timestamp: number): Promise<number> {
  return (await lookUp(broker, topic, partition, timestamp)).offset;
}

/** ListOffsets of one partition. */
export async function lookUp(
  broker: Broker,
  { name }: LoadTopic,
  partition: number,
  timestamp: number,
): Promise<{ readonly offset: number; readonly timestamp: number }> {
  const response = await broker.request(LIST_OFFSETS, () => ({
    replicaId: -1,
    isolationLevel: 0,
    topics: [{ name, partitions: [{ partitionIndex: partition, timestamp }] }],
  }));
  const answer = response.topics[0]?.partitions[0];
  if (answer === undefined || answer.errorCode !== 0) {
    throw new Error(`ListOffsets of ${name}-${partition}: error ${answer?.errorCode}`);
  }
  return answer;
}
