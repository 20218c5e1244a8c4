import type { Broker } from '@sluice/client/broker';
import { type PartitionOf, readTransactional } from '../machine/read-transactional.ts';

/** Everything that is committed in a partition. `undefined` if something in it is still open. */
export async function readAllCommitted(broker: Broker, at: PartitionOf): Promise<readonly string[] | undefined> {
  const values: string[] = [];
  for (let offset = 0; ; ) {
    const read = await readTransactional(broker, at, offset);
    if (read.errorCode !== 0 || read.lastStableOffset !== read.highWatermark) return undefined;
    for (const { value, isCommitted } of read.records) if (isCommitted) values.push(value);
    if (read.nextOffset >= read.highWatermark) return values;
    if (read.nextOffset === offset) return undefined;
    offset = read.nextOffset;
  }
}
