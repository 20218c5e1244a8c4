import { isUtf8 } from 'node:buffer';
import type { BatchRecord } from '@sluice/protocol/records/record';
import { visibleText } from '../../output/visible-text.ts';

const LINE_FEED = Buffer.from('\n');
const NULL_TEXT = Buffer.from('null');

export interface PrintedRecord extends Pick<BatchRecord, 'offset' | 'timestampMs' | 'key' | 'value' | 'headers'> {
  /** How often a share group has delivered it, this time included. */
  readonly deliveryCount?: number;
}

/** What is printed of a record, its line end included. */
export type RecordFormat = (partition: number, record: PrintedRecord) => Buffer;

/** The value as it came, byte for byte; a null value is an empty line. */
export const formatValue: RecordFormat = (_partition, { value }) =>
  value === null ? LINE_FEED : Buffer.concat([value, LINE_FEED]);

/** Key and value as they came; what is null is printed as `null`. */
export function formatKeyValue(separator: string): RecordFormat {
  const between = Buffer.from(separator);
  return (_partition, { key, value }) => Buffer.concat([key ?? NULL_TEXT, between, value ?? NULL_TEXT, LINE_FEED]);
}

/**
 * One JSON object a line. Bytes that are no UTF-8 stand as base64 under another name (`keyBase64`, `valueBase64`), so
 * that no reader takes them for text.
 */
export function formatJson(topic: string): RecordFormat {
  return (partition, { offset, timestampMs, deliveryCount, key, value, headers }) => {
    const line = JSON.stringify({
      topic,
      partition,
      offset,
      timestamp: timestampMs < 0 ? null : new Date(timestampMs).toISOString(),
      ...(deliveryCount === undefined ? {} : { deliveryCount }),
      ...bytesAs('key', key),
      ...bytesAs('value', value),
      headers: headers.map((header) => ({ name: header.key, ...bytesAs('value', header.value) })),
    });
    return Buffer.from(`${line}\n`);
  };
}

function bytesAs(name: 'key' | 'value', bytes: Buffer | null): Readonly<Record<string, string | null>> {
  if (bytes === null) return { [name]: null };
  return isUtf8(bytes) ? { [name]: bytes.toString() } : { [`${name}Base64`]: bytes.toString('base64') };
}

/** For a terminal: what a record holds must not steer it, so control characters become visible ones. */
export function forTerminal(format: RecordFormat): RecordFormat {
  return (partition, record) => Buffer.from(visibleText(format(partition, record).toString()));
}
