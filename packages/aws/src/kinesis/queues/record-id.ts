import type { Offset } from '@sluice/kernel/ids';

/** A record of a stream: the shard's partition and generation, and the offset there. */
export interface RecordPlace {
  readonly shard: number;
  readonly generation: number;
  readonly offset: Offset;
}

const PATTERN = /^[0-9a-f]{31}$/;

/**
 * What the service calls a record's id, the same in all queues of a stream: generation (9 hexadecimal digits), shard (8)
 * and offset (14).
 */
export function recordIdOf({ shard, generation, offset }: RecordPlace): string {
  return hex(generation, 9) + hex(shard, 8) + hex(offset, 14);
}

/** Undefined for what is no record's id. */
export function parseRecordId(id: string): RecordPlace | undefined {
  if (!PATTERN.test(id)) return undefined;
  const [generation, shard, offset] = [id.slice(0, 9), id.slice(9, 17), id.slice(17)].map((digits) =>
    Number.parseInt(digits, 16),
  );
  if (generation === undefined || shard === undefined || !Number.isSafeInteger(offset)) return undefined;
  return { generation, shard, offset: offset ?? 0 };
}

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');
