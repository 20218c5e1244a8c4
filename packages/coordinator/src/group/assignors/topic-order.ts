import type { Uuid } from '@sluice/kernel/ids';

/** Topic ids ascending as Kafka compares them: two signed 64-bit halves, so that ties fall as they do there. */
export function sortedTopicIds(topicIds: Iterable<Uuid>): Uuid[] {
  const keyed = Array.from(topicIds, (topicId) => ({ topicId, key: sortKey(topicId) }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return keyed.map(({ topicId }) => topicId);
}

/** Flipping the sign bits makes unsigned order of the hexadecimal digits the signed order of the halves. */
function sortKey(topicId: Uuid): string {
  const bytes = Buffer.alloc(16);
  Buffer.from(topicId, 'base64url').copy(bytes);
  bytes.writeUInt8(bytes.readUInt8(0) ^ 0x80, 0);
  bytes.writeUInt8(bytes.readUInt8(8) ^ 0x80, 8);
  return bytes.toString('hex');
}
