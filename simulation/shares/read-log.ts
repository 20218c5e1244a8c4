import type { Broker } from '@sluice/client/broker';
import { listOffsetsRequestCodec } from '@sluice/protocol/generated/messages/list-offsets-request';
import { listOffsetsResponseCodec } from '@sluice/protocol/generated/messages/list-offsets-response';
import { type PartitionOf, readTransactional } from '../machine/read-transactional.ts';
import { type LastingRecord, placeOf } from './history.ts';

const LIST_OFFSETS = { request: listOffsetsRequestCodec, response: listOffsetsResponseCodec };
const EARLIEST = -2;

/** All records of a partition in which no transaction is open, with what became of their transactions. */
export async function readLog(broker: Broker, at: PartitionOf): Promise<LastingRecord[]> {
  const place = placeOf(at.topic, at.partition);
  const lasting: LastingRecord[] = [];
  for (let fetchOffset = await earliest(broker, at); ; ) {
    const read = await readTransactional(broker, at, fetchOffset);
    if (read.errorCode !== 0 || read.lastStableOffset !== read.highWatermark) {
      throw new Error(`${place} cannot be read: ${read.errorCode}, ${read.lastStableOffset}`);
    }
    for (const record of read.records) lasting.push({ place, ...record });
    if (read.nextOffset >= read.highWatermark || read.nextOffset === fetchOffset) return lasting;
    fetchOffset = read.nextOffset;
  }
}

async function earliest(broker: Broker, { topic, partition }: PartitionOf): Promise<number> {
  const { topics } = await broker.request(LIST_OFFSETS, () => ({
    replicaId: -1,
    isolationLevel: 0,
    topics: [{ name: topic, partitions: [{ partitionIndex: partition, timestamp: EARLIEST }] }],
  }));
  return topics[0]?.partitions[0]?.offset ?? 0;
}
