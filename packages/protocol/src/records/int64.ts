import { int64At } from '../int64.ts';

/**
 * A big-endian int64 as a number; `NaN` if it lies beyond ±(2^53−1). NaN compares false with everything, so a caller
 * that forgets to check refuses the value instead of trusting it.
 */
export function readInt64(buffer: Buffer, position: number): number {
  const value = int64At(buffer, position);
  return Number.isSafeInteger(value) ? value : Number.NaN;
}
