import { createRequire } from 'node:module';
import type * as NativeCrc from '@node-rs/crc32';

/**
 * Below this many bytes the call into native code costs more than the table does: measured on Node 24, x86-64, 0.25 to
 * 0.4 µs a call and then 5 GB/s, against 0.8 GB/s without a call.
 */
const NATIVE_SIZE_BYTES_MIN = 256;
/** CRC-32C (Castagnoli), reflected. */
const POLYNOMIAL = 0x82f63b78;

const [T0, T1, T2, T3, T4, T5, T6, T7] = slicingTables();

const require = createRequire(import.meta.url);
let native: typeof NativeCrc.crc32c | undefined;

/**
 * CRC-32C of `buffer[start, end)` as an unsigned number. `previous` is the CRC of the bytes before, so that a batch in
 * several buffers can be checked without joining them.
 */
export function crc32c(buffer: Buffer, start = 0, end: number = buffer.length, previous = 0): number {
  if (end - start < NATIVE_SIZE_BYTES_MIN) return crc32cByTable(buffer, start, end, previous);
  native ??= (require('@node-rs/crc32') as typeof NativeCrc).crc32c;
  return native(buffer.subarray(start, end), previous);
}

/** CRC-32C of the buffers one behind the other. */
export function crc32cOfAll(buffers: readonly Buffer[], previous = 0): number {
  let crc = previous;
  for (const buffer of buffers) crc = crc32c(buffer, 0, buffer.length, crc);
  return crc;
}

/** Eight bytes a step (slicing-by-8). Exported for its test against the native one. */
export function crc32cByTable(buffer: Buffer, start: number, end: number, previous = 0): number {
  let crc = ~previous;
  let at = start;
  for (; at + 8 <= end; at += 8) {
    crc ^= byte(buffer, at) | (byte(buffer, at + 1) << 8) | (byte(buffer, at + 2) << 16) | (byte(buffer, at + 3) << 24);
    crc =
      entry(T7, crc) ^
      entry(T6, crc >>> 8) ^
      entry(T5, crc >>> 16) ^
      entry(T4, crc >>> 24) ^
      entry(T3, byte(buffer, at + 4)) ^
      entry(T2, byte(buffer, at + 5)) ^
      entry(T1, byte(buffer, at + 6)) ^
      entry(T0, byte(buffer, at + 7));
  }
  for (; at < end; at++) crc = entry(T0, crc ^ byte(buffer, at)) ^ (crc >>> 8);
  return ~crc >>> 0;
}

function byte(buffer: Buffer, at: number): number {
  return buffer[at] as number;
}

function entry(table: Int32Array, index: number): number {
  return table[index & 0xff] as number;
}

type Tables = [Int32Array, Int32Array, Int32Array, Int32Array, Int32Array, Int32Array, Int32Array, Int32Array];

/** Table k maps a byte to its effect on the CRC k bytes later. */
function slicingTables(): Tables {
  const first = new Int32Array(256).map((_, index) => {
    let crc = index;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    return crc;
  });
  const next = (table: Int32Array) => table.map((crc) => entry(first, crc) ^ (crc >>> 8));
  const t1 = next(first);
  const t2 = next(t1);
  const t3 = next(t2);
  const t4 = next(t3);
  const t5 = next(t4);
  const t6 = next(t5);
  return [first, t1, t2, t3, t4, t5, t6, next(t6)];
}
