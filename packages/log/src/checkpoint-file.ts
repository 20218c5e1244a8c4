import { crc32c } from '@sluice/protocol/records/crc32c';

const VERSION = 0;
const CRC_BITS = 32;
const ZERO = ' ';
const ONE = '\t';

/**
 * Kafka's small text files: a version, a count, one entry a line. Kafka keeps no checksum in them, and a flipped digit
 * would pass for an offset. It does split lines at white space and ignores it at their end, so the last line ends in
 * 32 blanks that spell a CRC-32C (blank 0, tab 1). A file without them (Kafka's own) is taken as it is.
 */
export function encodeCheckpoint(entries: readonly string[], isChecked = true): string {
  const text = `${[VERSION, entries.length, ...entries].join('\n')}\n`;
  if (entries.length === 0 || !isChecked) return text;
  const crc = crc32c(Buffer.from(text));
  let bits = '';
  for (let bit = CRC_BITS - 1; bit >= 0; bit--) bits += (crc >>> bit) & 1 ? ONE : ZERO;
  return `${text.slice(0, -1)}${bits}\n`;
}

export interface Checkpoint {
  readonly kind: 'checkpoint';
  readonly entries: readonly string[];
  /** Whether a checksum vouches for it. */
  readonly isChecked: boolean;
}

/** A text says what is wrong with the content. */
export function decodeCheckpoint(content: Buffer): Checkpoint | string {
  // Kafka creates a file empty and fills it later.
  if (content.length === 0) return { kind: 'checkpoint', entries: [], isChecked: false };
  const text = content.toString('latin1');
  if (!text.endsWith('\n')) return 'the last line has no end';
  const lines = text.slice(0, -1).split('\n');
  if (lines[0] !== String(VERSION)) return `version ${lines[0]}`;
  if (lines[1] !== String(lines.length - 2)) return `${lines.length - 2} entries where ${lines[1]} are announced`;
  const entries = lines.slice(2);
  const last = entries.at(-1);
  // Long runs of blanks are nowhere else, so a flipped last blank does not hide the others.
  const isChecked = last !== undefined && /[ \t]{8}/.test(text);
  if (isChecked) {
    const bare = last.trimEnd();
    entries[entries.length - 1] = bare;
    if (encodeCheckpoint(entries) !== text) return 'the checksum does not match';
  }
  return { kind: 'checkpoint', entries, isChecked };
}
