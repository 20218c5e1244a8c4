import type { Acquired, SharedPartition } from '../acknowledgement.ts';

export const PLACE: SharedPartition = { topic: 'jobs', topicId: 'AAAAAAAAAAAAAAAAAAAAAQ', partition: 0 };

/** A record of `PLACE` whose acknowledgements go nowhere. */
export function testAcquired(offset: number, lockEndMs: number): Acquired {
  return {
    from: { acknowledge() {}, flush() {} },
    place: PLACE,
    record: { offset, timestampMs: 0, sequence: -1, key: null, value: Buffer.from(`${offset}`), headers: [] },
    deliveryCount: 1,
    lockEndMs,
    life: { isOver: false },
    said: undefined,
    renewal: undefined,
  };
}
