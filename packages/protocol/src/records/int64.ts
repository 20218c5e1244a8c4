const TWO_32 = 2 ** 32;
/** The high half of every int64 within ±(2^53−1) lies in [−2^21, 2^21). */
const HIGH_LIMIT = 2 ** 21;

/**
 * A big-endian int64 as a number; `NaN` if it lies beyond ±(2^53−1). NaN compares false with everything, so a caller
 * that forgets to check refuses the value instead of trusting it.
 */
export function readInt64(buffer: Buffer, position: number): number {
  const high = buffer.readInt32BE(position);
  const low = buffer.readUInt32BE(position + 4);
  if (high >= HIGH_LIMIT || high < -HIGH_LIMIT) return Number.NaN;
  const value = high * TWO_32 + low;
  return value === -(2 ** 53) ? Number.NaN : value;
}

/** `value` must be a whole number within ±(2^53−1). */
export function writeInt64(buffer: Buffer, position: number, value: number): void {
  const high = Math.floor(value / TWO_32);
  buffer.writeInt32BE(high, position);
  buffer.writeUInt32BE(value - high * TWO_32, position + 4);
}
