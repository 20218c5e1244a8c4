import type { Cluster } from '@sluice/client/cluster';
import { describeProducers, type PartitionProducer } from '@sluice/client/describe-producers';
import { describeTransactions } from '@sluice/client/describe-transactions';
import { KafkaError } from '@sluice/client/kafka-error';
import { listTransactions } from '@sluice/client/list-transactions';
import { topicPartitions } from '@sluice/client/topic-partitions';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { refusedAs } from '../explain-failure.ts';

export interface HangingTransaction extends PartitionProducer {
  /** Undefined: its producer id is nobody's any more. */
  readonly transactionalId: string | undefined;
}

/** Open transactions of a topic's partitions whose producer wrote nothing since `beforeMs`. */
export async function openTransactions(
  cluster: Cluster,
  topic: string,
  beforeMs: number,
): Promise<readonly PartitionProducer[]> {
  const { leaders } = await topicPartitions(cluster, topic).catch(refusedAs(`topic ${topic}`));
  const led = new Map([...leaders].filter(([, leader]) => leader >= 0));
  const producers = await describeProducers(cluster, topic, led);
  return producers.filter(({ txnStartOffset, lastTimestampMs }) => txnStartOffset >= 0 && lastTimestampMs <= beforeMs);
}

/** Those of them whose coordinator will never end them: it does not know the producer, or not that partition. */
export async function hangingOf(
  cluster: Cluster,
  open: readonly PartitionProducer[],
): Promise<readonly HangingTransaction[]> {
  const producerIds = [...new Set(open.map(({ producerId }) => producerId))];
  if (producerIds.length === 0) return [];
  const listed = await listTransactions(cluster, { producerIds });
  const idByProducer = new Map(listed.map(({ producerId, transactionalId }) => [producerId, transactionalId]));
  const described = await describeTransactions(cluster, [...idByProducer.values()]);
  return open.flatMap((producer) => {
    const transactionalId = idByProducer.get(producer.producerId);
    const known = transactionalId === undefined ? undefined : described.get(transactionalId);
    if (known instanceof KafkaError && known.code !== ErrorCode.TRANSACTIONAL_ID_NOT_FOUND) throw known;
    const isKnown =
      known !== undefined &&
      !(known instanceof KafkaError) &&
      known.producerId === producer.producerId &&
      known.partitions.some(({ topic, partition }) => topic === producer.topic && partition === producer.partition);
    return isKnown ? [] : [{ ...producer, transactionalId }];
  });
}
