import type { Disk } from '@sluice/kernel/disk';
import type { ProducerId } from '@sluice/kernel/ids';
import { SNAPSHOT_SUFFIX } from '@sluice/log/file-names';
import { decodeProducerSnapshot } from '@sluice/log/producer-snapshot';
import type { PartitionFiles } from './plan-files.ts';

/** Kafka gives ids out in blocks of 1,000, of which snapshots may not have seen the last ones. */
const MARGIN_COUNT = 1_000_000;

/** Where the cluster's metadata is lost: an id that nobody was given before, as far as snapshots of producers tell. */
export async function guessNextProducerId(disk: Disk, partitions: readonly PartitionFiles[]): Promise<ProducerId> {
  let largest = -1;
  for (const { source } of partitions) {
    const newest = source.files.filter(({ name }) => name.endsWith(SNAPSHOT_SUFFIX)).at(-1);
    const content = newest === undefined ? undefined : await disk.readFile(`${source.path}/${newest.name}`);
    const snapshot = content === undefined ? undefined : decodeProducerSnapshot(content);
    if (snapshot === undefined || typeof snapshot === 'string') continue;
    for (const { producerId } of snapshot.entries) largest = Math.max(largest, producerId);
  }
  return largest + MARGIN_COUNT;
}
