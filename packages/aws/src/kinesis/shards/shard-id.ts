const PREFIX = 'shardId-';
const DIGITS = 12;
/** The service takes an id with fewer digits, or without its prefix, for the same shard. */
const PATTERN = /^(?:shardId-)?(\d{1,12})$/;
const INDEX_MAX = 2 ** 31 - 1;

/** A shard's index is its partition. */
export function shardIdOf(index: number): string {
  return PREFIX + String(index).padStart(DIGITS, '0');
}

/** Undefined if it names no shard of any stream. */
export function parseShardId(shardId: string): number | undefined {
  const digits = PATTERN.exec(shardId)?.[1];
  if (digits === undefined) return undefined;
  const index = Number(digits);
  return index <= INDEX_MAX ? index : undefined;
}
