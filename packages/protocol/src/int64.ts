/**
 * Stands for 2^63−1, the one int64 beyond ±(2^53−1) that can be held. It is the default of a few fields ("no limit
 * known", KIP-1166's FetchRequest.highWatermark), only those accept it, and it compares greater than any other value.
 * Written 2^63, as a double is: so is Java's Long.MAX_VALUE when JSON carries it.
 */
export const INT64_MAX = 2 ** 63;

const TWO_32 = 2 ** 32;

/** The int64 at `offset`, exact within ±(2^53−1): whoever reads checks `Number.isSafeInteger`. */
export function int64At(buffer: Buffer, offset: number): number {
  return buffer.readInt32BE(offset) * TWO_32 + buffer.readUInt32BE(offset + 4);
}

/** Writes a safe integer as an int64. */
export function putInt64(buffer: Buffer, offset: number, value: number): void {
  buffer.writeInt32BE(Math.floor(value / TWO_32), offset);
  buffer.writeInt32BE(value | 0, offset + 4);
}
