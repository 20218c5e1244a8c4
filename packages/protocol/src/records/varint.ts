/*
 * Zigzag varints as records use them: 7 bits a byte, lowest first; bit 0 of the whole is the sign. The sign is split off
 * first, so that numbers beyond 2^52 stay exact without BigInt.
 */
const VARINT_SIZE_BYTES_MAX = 5;
const VARLONG_SIZE_BYTES_MAX = 10;

/** Where a reader stands in `buffer`. */
export interface ReadPosition {
  readonly buffer: Buffer;
  readonly end: number;
  at: number;
}

/**
 * An int32; `NaN` if it does not end within 5 bytes or before `end`. As Java does, bits beyond the 32nd are dropped.
 */
export function readVarint(from: ReadPosition): number {
  let bits = 0;
  for (let shift = 0; shift < 7 * VARINT_SIZE_BYTES_MAX; shift += 7) {
    if (from.at >= from.end) return Number.NaN;
    const byte = from.buffer[from.at++] as number; // at < end ≤ length
    bits |= (byte & 0x7f) << shift;
    if (byte < 0x80) return (bits >>> 1) ^ -(bits & 1);
  }
  return Number.NaN;
}

/** An int64; `NaN` if it does not end within 10 bytes or before `end`, or lies beyond ±(2^53−1). */
export function readVarlong(from: ReadPosition): number {
  let magnitude = 0;
  let factor = 64;
  let isNegative = false;
  for (let count = 0; count < VARLONG_SIZE_BYTES_MAX; count++) {
    if (from.at >= from.end) return Number.NaN;
    const byte = from.buffer[from.at++] as number; // at < end ≤ length
    if (count === 0) {
      isNegative = (byte & 1) === 1;
      magnitude = (byte & 0x7f) >>> 1;
    } else {
      magnitude += (byte & 0x7f) * factor;
      factor *= 128;
    }
    if (byte < 0x80) {
      const value = isNegative ? -magnitude - 1 : magnitude;
      return Number.isSafeInteger(value) ? value : Number.NaN;
    }
  }
  return Number.NaN;
}

/** Size of a whole number within ±(2^53−1), which may also be an int32. */
export function varintSizeBytes(value: number): number {
  let rest = value < 0 ? -value - 1 : value;
  let sizeBytes = 1;
  for (rest = Math.floor(rest / 64); rest > 0; rest = Math.floor(rest / 128)) sizeBytes++;
  return sizeBytes;
}

/** Writes a whole number within ±(2^53−1); returns the position behind it. */
export function writeVarint(buffer: Buffer, position: number, value: number): number {
  const isNegative = value < 0;
  const magnitude = isNegative ? -value - 1 : value;
  let rest = Math.floor(magnitude / 64);
  let byte = ((magnitude % 64) << 1) | (isNegative ? 1 : 0);
  let at = position;
  while (rest > 0) {
    buffer[at++] = byte | 0x80;
    byte = rest % 128;
    rest = Math.floor(rest / 128);
  }
  buffer[at++] = byte;
  return at;
}
