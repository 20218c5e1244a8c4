import type { Disk } from '@sluice/kernel/disk';
import type { Uuid } from '@sluice/kernel/ids';
import { PARTITION_METADATA } from './file-names.ts';

/** Kafka's `partition.metadata` (KIP-516): which topic a directory belongs to, whatever its name. */
export function encodePartitionMetadata(topicId: Uuid): string {
  return `version: 0\ntopic_id: ${topicId}`;
}

/** `undefined` if the file is not what Kafka or Sluice writes. */
export function decodePartitionMetadata(content: Buffer): Uuid | undefined {
  return /^version: 0\ntopic_id: ([\w-]{22})\s*$/.exec(content.toString('latin1'))?.[1];
}

/** Whose log a directory holds; `undefined` if it does not say, as those of Kafka before 2.8. */
export async function readTopicId(disk: Disk, directory: string): Promise<Uuid | undefined> {
  const content = await disk.readFile(`${directory}/${PARTITION_METADATA}`);
  return content === undefined ? undefined : decodePartitionMetadata(content);
}
