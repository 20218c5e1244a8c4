import { parseDurationMs } from './duration.ts';

/** Where reading starts, in each partition. */
export type StartPosition =
  | { readonly kind: 'beginning' }
  | { readonly kind: 'end' }
  | { readonly kind: 'offset'; readonly offset: number }
  | { readonly kind: 'time'; readonly timestampMs: number };

/** `beginning`, `end`, an offset, a time (ISO 8601) or a time ago (`15m`); undefined when it is none of these. */
export function parseStartPosition(text: string, nowMs: number): StartPosition | undefined {
  if (text === 'beginning' || text === 'end') return { kind: text };
  if (/^\d+$/.test(text)) {
    const offset = Number(text);
    return Number.isSafeInteger(offset) ? { kind: 'offset', offset } : undefined;
  }
  const agoMs = parseDurationMs(text);
  if (agoMs !== undefined) return { kind: 'time', timestampMs: Math.max(0, nowMs - agoMs) };
  if (!/^\d{4}-\d{2}-\d{2}/.test(text)) return undefined;
  const timestampMs = Date.parse(text);
  return Number.isNaN(timestampMs) ? undefined : { kind: 'time', timestampMs };
}
