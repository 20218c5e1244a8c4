/** The partition of `__consumer_offsets` that keeps a group. */
export function partitionOfGroup(groupId: string, partitionCount: number): number {
  return absolute(javaHash(groupId)) % partitionCount;
}

/** `String.hashCode` of Java. */
function javaHash(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index++) hash = (Math.imul(31, hash) + text.charCodeAt(index)) | 0;
  return hash;
}

/** Kafka's own: the smallest int, which has no positive counterpart, counts as 0. */
function absolute(hash: number): number {
  return hash === -0x80000000 ? 0 : Math.abs(hash);
}
