import type { NodeId } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { writeTxnMarkersRequestCodec } from '@sluice/protocol/generated/messages/write-txn-markers-request';
import { writeTxnMarkersResponseCodec } from '@sluice/protocol/generated/messages/write-txn-markers-response';
import type { Cluster } from './cluster.ts';
import type { PartitionProducer } from './describe-producers.ts';
import { KafkaError } from './kafka-error.ts';

const WRITE_TXN_MARKERS = { request: writeTxnMarkersRequestCodec, response: writeTxnMarkersResponseCodec };
/** Until a first marker nobody has told the partition of a coordinator. */
const FIRST_COORDINATOR_EPOCH = 0;

/** Ends a producer's transaction in one partition, as its coordinator would have. Fails with `KafkaError`. */
export async function abortTransaction(cluster: Cluster, leader: NodeId, producer: PartitionProducer): Promise<void> {
  const { topic, partition, producerId, producerEpoch, coordinatorEpoch } = producer;
  const broker = await cluster.broker(leader);
  const { markers } = await broker.request(WRITE_TXN_MARKERS, () => ({
    markers: [
      {
        producerId,
        producerEpoch,
        coordinatorEpoch: Math.max(coordinatorEpoch, FIRST_COORDINATOR_EPOCH),
        transactionResult: false,
        topics: [{ name: topic, partitionIndexes: [partition] }],
      },
    ],
  }));
  for (const { errorCode } of markers.flatMap(({ topics }) => topics.flatMap(({ partitions }) => partitions))) {
    if (errorCode !== ErrorCode.NONE) throw new KafkaError(errorCode, null);
  }
}
