import { type RecordId, splitRecordId } from './history.ts';

const SEPARATOR = '|';

/** A record's value: its id, and filler that follows from it, so that damage shows. */
export function encodeValue(id: RecordId, fillerSizeBytes: number): string {
  return `${id}${SEPARATOR}${filler(id, fillerSizeBytes)}`;
}

/** The id; a value that nobody wrote gives one that nobody sent. */
export function decodeValue(value: Buffer | null): RecordId {
  const text = value?.toString('latin1') ?? '';
  const end = text.indexOf(SEPARATOR);
  const id = text.slice(0, end);
  const isWhole = end > 0 && filler(id, text.length - end - 1) === text.slice(end + 1);
  return isWhole ? id : `damaged (${text.slice(0, 40)}):0`;
}

function filler(id: RecordId, sizeBytes: number): string {
  const { number } = splitRecordId(id);
  return `${id},${number * 7919},`.repeat(Math.ceil(sizeBytes / 4)).slice(0, sizeBytes);
}
