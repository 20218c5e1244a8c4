import { hash } from 'node:crypto';
import { assert } from '@sluice/kernel/assert';

/**
 * A hash key, 0 … 2^128−1, as 32 hexadecimal digits: they compare as the numbers do, without BigInt on the way of a record, and
 * a digest in digits takes a third of the time of one in bytes.
 */
export type HashKey = string;

const HEX_DIGITS = 32;
/** How many hash keys there are. */
export const HASH_KEY_COUNT = 2n ** 128n;

export function hashOfPartitionKey(partitionKey: string): HashKey {
  return hash('md5', partitionKey, 'hex');
}

export function hashKeyOf(value: bigint): HashKey {
  assert(value >= 0n && value < HASH_KEY_COUNT, 'a hash key has 128 bits');
  return value.toString(16).padStart(HEX_DIGITS, '0');
}

export function numberOfHashKey(key: HashKey): bigint {
  return BigInt(`0x${key}`);
}

/** Decimal digits to a hash key; undefined beyond 2^128−1. */
export function parseHashKey(decimal: string): HashKey | undefined {
  const value = BigInt(decimal);
  return value < HASH_KEY_COUNT ? hashKeyOf(value) : undefined;
}

/** The starts of `count` even ranges. The last ends with the last hash key, and takes what does not divide. */
export function evenStarts(count: number): bigint[] {
  const width = HASH_KEY_COUNT / BigInt(count);
  return Array.from({ length: count }, (_, index) => width * BigInt(index));
}
