import type { Disk } from '@sluice/kernel/disk';
import type { Uuid } from '@sluice/kernel/ids';
import { PARTITION_METADATA } from '../file-names.ts';
import { decodePartitionMetadata } from '../partition-metadata.ts';

/** What `partition.metadata` says. */
export type PartitionOwner =
  | { readonly kind: 'topic'; readonly id: Uuid }
  | { readonly kind: 'missing' }
  | { readonly kind: 'damaged' };

export async function readOwner(disk: Disk, directory: string): Promise<PartitionOwner> {
  const content = await disk.readFile(`${directory}/${PARTITION_METADATA}`);
  if (content === undefined) return { kind: 'missing' };
  const id = decodePartitionMetadata(content);
  return id === undefined ? { kind: 'damaged' } : { kind: 'topic', id };
}
