import { InvalidArgumentError } from 'commander';
import { parseDurationMs } from './duration.ts';

/** A point of time in ISO 8601; as in Kafka's tools it is UTC when it names no zone. Undefined when it is none. */
export function parseDatetimeMs(text: string): number | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}(?::?\d{2})?)?)?$/.exec(
    text.trim(),
  );
  if (match === null) return undefined;
  const [, date, time = '00:00', zone = 'Z'] = match;
  const timestampMs = Date.parse(`${date}T${time}${normalizeZone(zone)}`);
  // A day that the month does not have would silently become one of the next month.
  if (Number.isNaN(timestampMs) || Number.isNaN(Date.parse(`${date}T00:00Z`))) return undefined;
  return new Date(`${date}T00:00Z`).toISOString().startsWith(date ?? '') ? timestampMs : undefined;
}

/** `+02` and `+0200` as `+02:00`, the form that is parsed. */
function normalizeZone(zone: string): string {
  const match = /^([+-]\d{2}):?(\d{2})?$/.exec(zone);
  return match === null ? zone : `${match[1]}:${match[2] ?? '00'}`;
}

const ISO_DURATION = /^([+-]?)P(?:([+-]?\d+)D)?(?:T(?:([+-]?\d+)H)?(?:([+-]?\d+)M)?(?:([+-]?\d+(?:\.\d{1,9})?)S)?)?$/i;

/** `P1DT2H30M`, as Kafka's tools write it, or `1h` as the rest of this program does. Undefined when it is neither. */
export function parseAgoMs(text: string): number | undefined {
  const short = parseDurationMs(text);
  if (short !== undefined) return short;
  const match = ISO_DURATION.exec(text.trim());
  if (match === null || match.slice(2).every((part) => part === undefined) || /T$/i.test(text.trim())) return undefined;
  const [, sign, days = '0', hours = '0', minutes = '0', seconds = '0'] = match;
  const totalS = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
  return Math.round(totalS * 1_000) * (sign === '-' ? -1 : 1);
}

export function datetime(text: string): number {
  const parsed = parseDatetimeMs(text);
  if (parsed === undefined)
    throw new InvalidArgumentError('Write a time as 2026-01-31T12:00:00, in UTC, or with a zone.');
  return parsed;
}

export function ago(text: string): number {
  const parsed = parseAgoMs(text);
  if (parsed === undefined) throw new InvalidArgumentError('Write a duration as 90m or PT1H30M.');
  return parsed;
}

/** A whole number with or without a sign. */
export function integer(text: string): number {
  const parsed = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(parsed)) throw new InvalidArgumentError('It must be a whole number.');
  return parsed;
}
