import type { BatchRecord } from '@sluice/protocol/records/record';
import type { LogRecord } from '../../kafka/kafka-log.ts';

/**
 * One change of one entry. A null value removes the entry; the version then stands in a header, so that a removal which
 * comes late removes nothing that was made since.
 */
export interface RegistryRecord {
  readonly key: string;
  readonly version: number;
  /** Whose record it is: a door, and its count. */
  readonly writer: string;
  readonly value: unknown;
}

const VERSION_HEADER = 'version';
const WRITER_HEADER = 'writer';

export function encodeRegistryRecord({ key, version, writer, value }: RegistryRecord): LogRecord {
  return {
    key,
    value: value === null ? null : JSON.stringify(value),
    headers: [
      { key: VERSION_HEADER, value: String(version) },
      { key: WRITER_HEADER, value: writer },
    ],
  };
}

/** Undefined for what no door wrote. */
export function decodeRegistryRecord({ key, value, headers }: BatchRecord): RegistryRecord | undefined {
  const header = (name: string) => headers.find((each) => each.key === name)?.value?.toString();
  const version = Number(header(VERSION_HEADER));
  const writer = header(WRITER_HEADER);
  if (key === null || writer === undefined || !Number.isSafeInteger(version)) return undefined;
  try {
    return { key: key.toString(), version, writer, value: value === null ? null : JSON.parse(value.toString()) };
  } catch {
    return undefined;
  }
}
