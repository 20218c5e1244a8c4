import { assert } from '@sluice/kernel/assert';
import type { Offset } from '@sluice/kernel/ids';

/**
 * Where a record is, as a number of 56 decimal digits that rises within a shard and from parent to child. The layout is
 * the service's own, in hexadecimal digits: 2, generation (9), last digit of the shard (1), offset + 1 (16), 00, generation
 * (9), shard (8), 2. Tools that take such numbers apart find a shard and a time in them.
 */
export interface SequencePosition {
  readonly shard: number;
  readonly generation: number;
  /** −1 is before the first record: where the shard starts. */
  readonly offset: Offset;
}

const VERSION = '2';
const NO_TIME = '00';
const GENERATION_MAX = 16 ** 9 - 1;
const LAYOUT = /^2([0-9a-f]{9})([0-9a-f])([0-9a-f]{16})00([0-9a-f]{9})([0-9a-f]{8})2$/;
const DIGITS_MAX = 56;
/** Behind the offset come 20 hexadecimal digits. */
const OFFSET_SHIFT = 80n;

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');

export function formatSequenceNumber(position: SequencePosition): string {
  return sequenceNumbersOf(position)(position.offset);
}

/** The numbers of one shard's records: what they share is written once. */
export function sequenceNumbersOf(shard: Omit<SequencePosition, 'offset'>): (offset: Offset) => string {
  assert(shard.generation >= 0 && shard.generation <= GENERATION_MAX, 'a generation has nine digits');
  const head = `0x${VERSION}${hex(shard.generation, 9)}${hex(shard.shard % 16, 1)}`;
  const tail = `${NO_TIME}${hex(shard.generation, 9)}${hex(shard.shard, 8)}${VERSION}`;
  const start = BigInt(head + hex(0, 16) + tail);
  return (offset) => (start + (BigInt(offset + 1) << OFFSET_SHIFT)).toString();
}

/** Undefined if this door's streams have no such number. */
export function parseSequenceNumber(decimal: string): SequencePosition | undefined {
  if (decimal.length > DIGITS_MAX || !/^\d+$/.test(decimal)) return undefined;
  const digits = LAYOUT.exec(BigInt(decimal).toString(16));
  if (digits === null) return undefined;
  const [generation, lastDigit, next, again, shard] = digits.slice(1).map((each) => Number.parseInt(each, 16));
  if (generation === undefined || next === undefined || shard === undefined) return undefined;
  if (generation !== again || lastDigit !== shard % 16 || !Number.isSafeInteger(next)) return undefined;
  return { shard, generation, offset: next - 1 };
}
