import type { NodeId, Offset, TimestampMs } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { listOffsetsRequestCodec } from '@sluice/protocol/generated/messages/list-offsets-request';
import { listOffsetsResponseCodec } from '@sluice/protocol/generated/messages/list-offsets-response';
import type { Cluster } from './cluster.ts';
import { KafkaError } from './kafka-error.ts';

const LIST_OFFSETS = { request: listOffsetsRequestCodec, response: listOffsetsResponseCodec };

/** Special timestamps of ListOffsets. */
export const EARLIEST_TIMESTAMP = -2;
export const LATEST_TIMESTAMP = -1;

/**
 * The offset that each partition has for a timestamp: the first record at or after it, −1 when there is none, or what a
 * special timestamp stands for. Partitions without a leader fail with LEADER_NOT_AVAILABLE.
 */
export async function listOffsets(
  cluster: Cluster,
  topic: string,
  leaders: ReadonlyMap<number, NodeId>,
  timestamp: TimestampMs,
): Promise<ReadonlyMap<number, Offset>> {
  const byLeader = Map.groupBy(leaders, ([, leader]) => leader);
  const offsets = new Map<number, Offset>();
  await Promise.all(
    [...byLeader].map(async ([leader, led]) => {
      if (leader < 0) throw new KafkaError(ErrorCode.LEADER_NOT_AVAILABLE, null);
      const broker = await cluster.broker(leader);
      const response = await broker.request(LIST_OFFSETS, () => ({
        replicaId: -1,
        isolationLevel: 0,
        topics: [{ name: topic, partitions: led.map(([partitionIndex]) => ({ partitionIndex, timestamp })) }],
      }));
      for (const { partitionIndex, errorCode, offset } of response.topics.flatMap(({ partitions }) => partitions)) {
        if (errorCode !== ErrorCode.NONE) throw new KafkaError(errorCode, null);
        offsets.set(partitionIndex, offset);
      }
    }),
  );
  return offsets;
}
