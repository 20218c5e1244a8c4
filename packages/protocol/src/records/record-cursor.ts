import { type BatchError, batchError } from './batch-error.ts';
import { type BatchRecord, NO_HEADERS, type RecordHeader } from './record.ts';
import { type ReadPosition, readVarint, readVarlong } from './varint.ts';

/*
 * A record:
 *
 *   length varint | attributes int8 | timestampDelta varlong | offsetDelta varint
 *   | keyLength varint, key | valueLength varint, value | headerCount varint, headers
 *   header: keyLength varint, key (UTF-8) | valueLength varint, value
 *
 * A length of −1 is null; `length` counts what follows it.
 */

/** A key length and a value length. */
const HEADER_SIZE_BYTES_MIN = 2;

/**
 * The record at hand while a batch is walked: numbers only, one object for the whole batch, so that a check over all
 * records allocates nothing. Sizes are −1 for null. What is to be kept must be copied out: see `materialize`.
 */
export interface RecordCursor {
  readonly payload: Buffer;
  /** From the record's length on. */
  start: number;
  end: number;
  offset: number;
  timestampMs: number;
  sequence: number;
  offsetDelta: number;
  /** As stored, also where the batch's append time hides it. */
  timestampDeltaMs: number;
  keyStart: number;
  keySizeBytes: number;
  valueStart: number;
  valueSizeBytes: number;
  headersStart: number;
  headerCount: number;
}

export function newRecordCursor(payload: Buffer): RecordCursor {
  return {
    payload,
    start: 0,
    end: 0,
    offset: 0,
    timestampMs: 0,
    sequence: -1,
    offsetDelta: 0,
    timestampDeltaMs: 0,
    keyStart: 0,
    keySizeBytes: -1,
    valueStart: 0,
    valueSizeBytes: -1,
    headersStart: 0,
    headerCount: 0,
  };
}

/**
 * Reads the record at `from` into the cursor's stored fields and leaves `from` behind it. Everything in the record is
 * checked against the record's own end, headers included.
 */
export function readRecordAt(cursor: RecordCursor, from: ReadPosition): BatchError | undefined {
  const start = from.at;
  cursor.start = start;
  const length = readVarint(from);
  if (!(length >= 0 && length <= from.end - from.at)) return bad(start, 'length');
  const body: ReadPosition = from;
  const end = from.at + length;
  cursor.end = end;

  body.at += 1; // attributes: no bit is in use
  cursor.timestampDeltaMs = readVarlong(body);
  if (Number.isNaN(cursor.timestampDeltaMs)) return bad(start, 'timestamp delta');
  cursor.offsetDelta = readVarint(body);
  if (!(cursor.offsetDelta >= 0)) return bad(start, 'offset delta');

  cursor.keySizeBytes = readVarint(body);
  cursor.keyStart = body.at;
  if (!skip(body, cursor.keySizeBytes, end)) return bad(start, 'key length');
  cursor.valueSizeBytes = readVarint(body);
  cursor.valueStart = body.at;
  if (!skip(body, cursor.valueSizeBytes, end)) return bad(start, 'value length');

  cursor.headerCount = readVarint(body);
  cursor.headersStart = body.at;
  if (!(cursor.headerCount >= 0 && cursor.headerCount * HEADER_SIZE_BYTES_MIN <= end - body.at)) {
    return bad(start, 'header count');
  }
  for (let count = cursor.headerCount; count > 0; count--) {
    const keySizeBytes = readVarint(body);
    if (!(keySizeBytes >= 0 && skip(body, keySizeBytes, end))) return bad(start, 'header key length');
    if (!skip(body, readVarint(body), end)) return bad(start, 'header value length');
  }
  if (body.at !== end) return bad(start, 'length: it does not end with the last header');
  return undefined;
}

/** The record at hand, to keep. */
export function materialize(cursor: RecordCursor): BatchRecord {
  return {
    offset: cursor.offset,
    timestampMs: cursor.timestampMs,
    sequence: cursor.sequence,
    key: recordKey(cursor),
    value: recordValue(cursor),
    headers: cursor.headerCount === 0 ? NO_HEADERS : recordHeaders(cursor),
  };
}

export function recordKey(cursor: RecordCursor): Buffer | null {
  return view(cursor.payload, cursor.keyStart, cursor.keySizeBytes);
}

export function recordValue(cursor: RecordCursor): Buffer | null {
  return view(cursor.payload, cursor.valueStart, cursor.valueSizeBytes);
}

export function recordHeaders(cursor: RecordCursor): RecordHeader[] {
  const from: ReadPosition = { buffer: cursor.payload, at: cursor.headersStart, end: cursor.end };
  const headers: RecordHeader[] = [];
  for (let count = cursor.headerCount; count > 0; count--) {
    const keySizeBytes = readVarint(from);
    const key = from.buffer.toString('utf8', from.at, from.at + keySizeBytes);
    from.at += keySizeBytes;
    const valueSizeBytes = readVarint(from);
    headers.push({ key, value: view(from.buffer, from.at, valueSizeBytes) });
    from.at += Math.max(0, valueSizeBytes);
  }
  return headers;
}

/** Moves past a nullable field; false if its size is no number, or leads past `end`. Java too takes any negative as null. */
function skip(from: ReadPosition, sizeBytes: number, end: number): boolean {
  if (Number.isNaN(sizeBytes) || sizeBytes > end - from.at) return false;
  if (sizeBytes > 0) from.at += sizeBytes;
  return from.at <= end;
}

function view(buffer: Buffer, start: number, sizeBytes: number): Buffer | null {
  return sizeBytes < 0 ? null : buffer.subarray(start, start + sizeBytes);
}

function bad(position: number, what: string): BatchError {
  return batchError('bad-record', position, `record with a bad ${what}`);
}
