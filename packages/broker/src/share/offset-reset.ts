import type { Offset } from '@sluice/kernel/ids';
import type { PartitionLog } from '@sluice/log/partition-log';

/** Where a group begins in a partition that it knows nothing of: `share.auto.offset.reset`. */
export type OffsetReset =
  | { readonly kind: 'earliest' | 'latest' }
  | { readonly kind: 'by-duration'; readonly durationMs: number };

const BY_DURATION = 'by_duration:';
const PARTS = /^P(?:\+?(\d+)D)?(?:T(?:\+?(\d+)H)?(?:\+?(\d+)M)?(?:\+?(\d+(?:[.,]\d{0,9})?)S)?)?$/i;
const PART_MS = [86_400_000, 3_600_000, 60_000, 1_000];

/** The configuration was validated: what cannot be read is the default, the log's end. */
export function parseOffsetReset(text: string): OffsetReset {
  if (text === 'earliest') return { kind: 'earliest' };
  const parts = text.startsWith(BY_DURATION) ? PARTS.exec(text.slice(BY_DURATION.length)) : null;
  if (parts === null) return { kind: 'latest' };
  const numbers = parts.slice(1).map((part) => Number((part ?? '0').replace(',', '.')));
  const durationMs = numbers.reduce((sum, number, index) => sum + number * (PART_MS[index] ?? 0), 0);
  return { kind: 'by-duration', durationMs: Math.floor(durationMs) };
}

/** By duration, and nothing is as young: the end, where Kafka fails until something is. */
export async function resetOffset(log: PartitionLog, reset: OffsetReset, nowMs: number): Promise<Offset> {
  if (reset.kind !== 'by-duration') return (await log.offsetForTimestamp({ kind: reset.kind }))?.offset ?? 0;
  const found = await log.offsetForTimestamp({ kind: 'time', timestampMs: Math.max(0, nowMs - reset.durationMs) });
  if (found !== undefined && found.offset < log.highWatermark) return found.offset;
  return log.highWatermark;
}
