import { type RecordId, splitRecordId } from './history.ts';

const SEPARATOR = '|';

/** A record's value: its id, and filler that follows from it, so that damage shows. */
export function encodeValue(id: RecordId, fillerSizeBytes: number): string {
  return `${id}${SEPARATOR}${filler(id, fillerSizeBytes)}`;
}

/** The id; a value that nobody wrote gives one that nobody sent. */
export function decodeValue(value: Buffer | null): RecordId {
  const bytes = value ?? Buffer.alloc(0);
  const end = bytes.indexOf(SEPARATOR);
  // A string of its own: a slice of the whole value's would keep that in memory for as long as the history lasts.
  const id = bytes.toString('latin1', 0, Math.max(0, end));
  const isWhole = end > 0 && bytes.toString('latin1', end + 1) === filler(id, bytes.length - end - 1);
  return isWhole ? id : `damaged (${bytes.toString('latin1', 0, 40)}):0`;
}

function filler(id: RecordId, sizeBytes: number): string {
  const { number } = splitRecordId(id);
  return `${id},${number * 7919},`.repeat(Math.ceil(sizeBytes / 4)).slice(0, sizeBytes);
}
