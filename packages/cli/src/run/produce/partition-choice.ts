import { partitionOfKey } from '@sluice/client/murmur2';

/** So much goes to one partition before records without a key go to the next: small batches cost more than they spread. */
const STICKY_SIZE_BYTES = 64 * 1024;

/** Which partition a record goes to: what Kafka's own producer does, so that a key always lands where others put it. */
export type PartitionChoice = (key: Uint8Array | null, sizeBytes: number) => number;

/** `first` is the partition that records without a key begin with. */
export function createPartitionChoice(partitionCount: number, first: number): PartitionChoice {
  let sticky = first;
  let stickySizeBytes = 0;
  return (key, sizeBytes) => {
    if (key !== null) return partitionOfKey(key, partitionCount);
    if (stickySizeBytes >= STICKY_SIZE_BYTES) {
      sticky = (sticky + 1) % partitionCount;
      stickySizeBytes = 0;
    }
    stickySizeBytes += sizeBytes;
    return sticky;
  };
}
