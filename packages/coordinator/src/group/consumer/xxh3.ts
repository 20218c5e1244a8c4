/*
 * XXH3 of 64 bits with seed 0, after its published specification. Kafka 4.1 and later keep such a hash of a group's topics
 * in the group's record (KIP-1101). BigInt is fine here: it runs once for each change of a topic.
 */

const MASK = 0xffff_ffff_ffff_ffffn;
const PRIME32_1 = 0x9e37_79b1n;
const PRIME32_2 = 0x85eb_ca77n;
const PRIME32_3 = 0xc2b2_ae3dn;
const PRIME64_1 = 0x9e37_79b1_85eb_ca87n;
const PRIME64_2 = 0xc2b2_ae3d_27d4_eb4fn;
const PRIME64_3 = 0x1656_67b1_9e37_79f9n;
const PRIME64_4 = 0x85eb_ca77_c2b2_ae63n;
const PRIME64_5 = 0x27d4_eb2f_1656_67c5n;
const PRIME_MX1 = 0x1656_6791_9e37_79f9n;
const PRIME_MX2 = 0x9fb2_1c65_1e98_df25n;

const SECRET = Buffer.from(
  'b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221' +
    'b8084674f743248ee03590e6813a264c3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8' +
    'a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364eac5ac8334d3ebc3c581a0fffa1363eb' +
    '170ddd51b7f0da49d316552629d4689e2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e',
  'hex',
);
const STRIPE_BYTES = 64;
const STRIPES_PER_BLOCK = (SECRET.length - STRIPE_BYTES) / 8;

/** As a signed number, the way Java holds it. */
export function xxh3(input: Buffer): bigint {
  return BigInt.asIntN(64, hash(input));
}

function hash(input: Buffer): bigint {
  if (input.length <= 16) return hashUpTo16(input);
  if (input.length <= 128) return hashUpTo128(input);
  if (input.length <= 240) return hashUpTo240(input);
  return hashLong(input);
}

function hashUpTo16(input: Buffer): bigint {
  const size = input.length;
  if (size === 0) return avalancheOfXxh64(secret(56) ^ secret(64));
  if (size <= 3) {
    const bytes = (at(input, 0) << 16n) | (at(input, size >> 1) << 24n) | at(input, size - 1) | (BigInt(size) << 8n);
    const flip = BigInt((SECRET.readUInt32LE(0) ^ SECRET.readUInt32LE(4)) >>> 0);
    return avalancheOfXxh64(bytes ^ flip);
  }
  if (size <= 8) {
    const both = BigInt(input.readUInt32LE(size - 4)) + (BigInt(input.readUInt32LE(0)) << 32n);
    let h = both ^ secret(8) ^ secret(16);
    h ^= rotateLeft(h, 49n) ^ rotateLeft(h, 24n);
    h = (h * PRIME_MX2) & MASK;
    h ^= (h >> 35n) + BigInt(size);
    h = (h * PRIME_MX2) & MASK;
    return h ^ (h >> 28n);
  }
  const low = input.readBigUInt64LE(0) ^ secret(24) ^ secret(32);
  const high = input.readBigUInt64LE(size - 8) ^ secret(40) ^ secret(48);
  return avalanche((BigInt(size) + swapped(low) + high + foldedProduct(low, high)) & MASK);
}

function hashUpTo128(input: Buffer): bigint {
  const size = input.length;
  let acc = BigInt(size) * PRIME64_1;
  for (let i = Math.ceil(size / 32) - 1; i >= 0; i--) {
    acc += mixed16(input, 16 * i, 32 * i) + mixed16(input, size - 16 * (i + 1), 32 * i + 16);
  }
  return avalanche(acc & MASK);
}

function hashUpTo240(input: Buffer): bigint {
  const size = input.length;
  let acc = BigInt(size) * PRIME64_1;
  for (let i = 0; i < 8; i++) acc += mixed16(input, 16 * i, 16 * i);
  acc = avalanche(acc & MASK);
  for (let i = 8; i < size >> 4; i++) acc += mixed16(input, 16 * i, 16 * (i - 8) + 3);
  acc += mixed16(input, size - 16, 136 - 17);
  return avalanche(acc & MASK);
}

function hashLong(input: Buffer): bigint {
  const acc = [PRIME32_3, PRIME64_1, PRIME64_2, PRIME64_3, PRIME64_4, PRIME32_2, PRIME64_5, PRIME32_1];
  const size = input.length;
  const stripeCount = Math.floor((size - 1) / STRIPE_BYTES);
  for (let stripe = 0; stripe < stripeCount; stripe++) {
    const inBlock = stripe % STRIPES_PER_BLOCK;
    accumulate(acc, input, stripe * STRIPE_BYTES, 8 * inBlock);
    if (inBlock === STRIPES_PER_BLOCK - 1) scramble(acc);
  }
  accumulate(acc, input, size - STRIPE_BYTES, SECRET.length - STRIPE_BYTES - 7);
  let merged = BigInt(size) * PRIME64_1;
  for (let i = 0; i < 4; i++) {
    merged += foldedProduct(lane(acc, 2 * i) ^ secret(11 + 16 * i), lane(acc, 2 * i + 1) ^ secret(19 + 16 * i));
  }
  return avalanche(merged & MASK);
}

function accumulate(acc: bigint[], input: Buffer, offset: number, secretOffset: number): void {
  for (let i = 0; i < 8; i++) {
    const value = input.readBigUInt64LE(offset + 8 * i);
    const keyed = value ^ secret(secretOffset + 8 * i);
    acc[i ^ 1] = (lane(acc, i ^ 1) + value) & MASK;
    acc[i] = (lane(acc, i) + (keyed & 0xffff_ffffn) * (keyed >> 32n)) & MASK;
  }
}

function scramble(acc: bigint[]): void {
  for (let i = 0; i < 8; i++) {
    const value = lane(acc, i);
    const keyed = value ^ (value >> 47n) ^ secret(SECRET.length - STRIPE_BYTES + 8 * i);
    acc[i] = (keyed * PRIME32_1) & MASK;
  }
}

function mixed16(input: Buffer, offset: number, secretOffset: number): bigint {
  const low = input.readBigUInt64LE(offset) ^ secret(secretOffset);
  const high = input.readBigUInt64LE(offset + 8) ^ secret(secretOffset + 8);
  return foldedProduct(low, high);
}

function foldedProduct(a: bigint, b: bigint): bigint {
  const product = a * b;
  return (product & MASK) ^ (product >> 64n);
}

function avalanche(value: bigint): bigint {
  const h = ((value ^ (value >> 37n)) * PRIME_MX1) & MASK;
  return h ^ (h >> 32n);
}

function avalancheOfXxh64(value: bigint): bigint {
  let h = ((value ^ (value >> 33n)) * PRIME64_2) & MASK;
  h = ((h ^ (h >> 29n)) * PRIME64_3) & MASK;
  return h ^ (h >> 32n);
}

function rotateLeft(value: bigint, by: bigint): bigint {
  return ((value << by) | (value >> (64n - by))) & MASK;
}

function swapped(value: bigint): bigint {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigUInt64LE(value);
  return bytes.readBigUInt64BE();
}

function secret(offset: number): bigint {
  return SECRET.readBigUInt64LE(offset);
}

function lane(acc: readonly bigint[], index: number): bigint {
  return acc[index] ?? 0n;
}

function at(input: Buffer, index: number): bigint {
  return BigInt(input[index] ?? 0);
}
