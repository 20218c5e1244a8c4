/** Offsets of one partition, both ends included. */
export interface PartitionOffsets {
  /** `topic-0` */
  readonly partition: string;
  readonly offsets: { readonly from: number; readonly to: number };
}

/** `orders-3:1340-1342`, or `orders-3:1340` for one offset. */
export function parsePartitionOffsets(text: string): PartitionOffsets | undefined {
  const match = /^([\w.-]+-\d+):(\d{1,16})(?:-(\d{1,16}))?$/.exec(text);
  if (match?.[1] === undefined) return undefined;
  const from = Number(match[2]);
  const to = Number(match[3] ?? match[2]);
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || to < from) return undefined;
  return { partition: match[1], offsets: { from, to } };
}
