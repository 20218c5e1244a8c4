import type { Uuid } from '@sluice/kernel/ids';

/** Kafka's `partition.metadata` (KIP-516): which topic a directory belongs to, whatever its name. */
export function encodePartitionMetadata(topicId: Uuid): string {
  return `version: 0\ntopic_id: ${topicId}`;
}

/** `undefined` if the file is not what Kafka or Sluice writes. */
export function decodePartitionMetadata(content: Buffer): Uuid | undefined {
  return /^version: 0\ntopic_id: ([\w-]{22})\s*$/.exec(content.toString('latin1'))?.[1];
}
