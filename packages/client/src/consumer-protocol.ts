import { consumerProtocolAssignmentCodec } from '@sluice/protocol/generated/messages/consumer-protocol-assignment';
import { consumerProtocolSubscriptionCodec } from '@sluice/protocol/generated/messages/consumer-protocol-subscription';
import type { MessageCodec } from '@sluice/protocol/message-codec';
import { ProtocolError } from '@sluice/protocol/protocol-error';
import { Reader } from '@sluice/protocol/reader';
import type { TopicPartition } from './topic-partition.ts';

/** The partitions in a classic member's assignment; none when there is no assignment or it cannot be read. */
export function assignedPartitions(blob: Buffer): readonly TopicPartition[] {
  const assignment = decodeBlob(consumerProtocolAssignmentCodec, blob);
  return (assignment?.assignedPartitions ?? []).flatMap(({ topic, partitions }) =>
    partitions.map((partition) => ({ topic, partition })),
  );
}

/** The topics in a classic member's subscription; none when it cannot be read. */
export function subscribedTopics(blob: Buffer): readonly string[] {
  return decodeBlob(consumerProtocolSubscriptionCodec, blob)?.topics ?? [];
}

/** A version, and the message in that version; of a newer one, what the newest known one has. */
function decodeBlob<Message>(codec: MessageCodec<Message, never>, blob: Buffer): Message | undefined {
  if (blob.length === 0) return undefined;
  // Members write these bytes themselves; the coordinator passes on whatever they are.
  try {
    const reader = new Reader(blob, { utf8Lenient: true });
    const version = reader.int16('version');
    if (version < 0) return undefined;
    return codec.decode(reader, Math.min(version, codec.versionMax));
  } catch (error) {
    if (error instanceof ProtocolError || error instanceof RangeError) return undefined;
    throw error;
  }
}
