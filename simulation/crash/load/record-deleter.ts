import type { Broker } from '@sluice/client/broker';
import { ClientError } from '@sluice/client/client-error';
import { ERRORS } from '@sluice/protocol/generated/errors';
import { deleteRecordsRequestCodec } from '@sluice/protocol/generated/messages/delete-records-request';
import { deleteRecordsResponseCodec } from '@sluice/protocol/generated/messages/delete-records-response';
import { type Deleted, partitionKey } from '../history.ts';
import { type Load, type LoadTopic, repeat } from './load.ts';
import { earliestOffset, latestOffset } from './partition-offsets.ts';

const DELETE_RECORDS = { request: deleteRecordsRequestCodec, response: deleteRecordsResponseCodec };
const TIMEOUT_MS = 60_000;
const PAUSE_MS_MAX = 150;

/** Deletes some of the oldest records of one partition after the other. */
export async function runRecordDeleter(load: Load, name: string, topic: LoadTopic): Promise<void> {
  await repeat(load, name, PAUSE_MS_MAX, (broker) =>
    deleteSome(load, broker, topic, load.random.below(topic.partitionCount)),
  );
}

/** Up to half of a partition's records, if it has any. */
export async function deleteSome(load: Load, broker: Broker, topic: LoadTopic, partition: number): Promise<void> {
  const { random, recorder } = load;
  const earliest = await earliestOffset(broker, topic, partition);
  const latest = await latestOffset(broker, topic, partition);
  if (latest <= earliest) return;
  const belowOffset = earliest + 1 + random.below(Math.ceil((latest - earliest) / 2));
  const event = (lowWatermark: number, outcome: Deleted['outcome']): Deleted => ({
    kind: 'deleted',
    partition: partitionKey(topic.name, topic.topicId, partition),
    belowOffset,
    lowWatermark,
    outcome,
  });
  try {
    const response = await broker.request(DELETE_RECORDS, () => ({
      topics: [{ name: topic.name, partitions: [{ partitionIndex: partition, offset: belowOffset }] }],
      timeoutMs: TIMEOUT_MS,
    }));
    const answer = response.topics[0]?.partitions[0];
    const errorCode = answer?.errorCode ?? -1;
    const mayBeDone = ERRORS.get(errorCode)?.retriable === true;
    recorder.record(event(answer?.lowWatermark ?? -1, errorCode === 0 ? 'ok' : mayBeDone ? 'info' : 'refused'));
  } catch (error) {
    if (error instanceof ClientError) recorder.record(event(-1, 'info'));
    throw error;
  }
}
