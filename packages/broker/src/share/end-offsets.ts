import type { EndOffsetOf } from '@sluice/coordinator/group/share/describe-share-offsets';
import { isHosted, type Partitions } from '../partitions/hosted-partition.ts';

/** Where partitions end, as consumers of uncommitted records see it. */
export function createEndOffsets(partitions: Partitions): EndOffsetOf {
  return async (topic, partition) => {
    const lookup = partitions.byName(topic, partition);
    return isHosted(lookup) ? { offset: lookup.log.highWatermark } : { errorCode: lookup.errorCode };
  };
}
