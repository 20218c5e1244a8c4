import type { BatchRecord } from '@sluice/protocol/records/record';
import type { Deserializer, Deserializers } from './deserializers.ts';
import type { Contents } from './handed-message.ts';

/** The record as the user wants it. Fails as the deserializers do. */
export function readContents<Key, Value, HeaderKey, HeaderValue>(
  record: BatchRecord,
  deserializers: Partial<Deserializers<Key, Value, HeaderKey, HeaderValue>>,
): Contents<Key, Value, HeaderKey, HeaderValue> {
  return {
    key: read(record.key, deserializers.key),
    value: read(record.value, deserializers.value),
    headerEntries: record.headers.map(({ key, value }) => [
      // A header's key is never null.
      read(Buffer.from(key), deserializers.headerKey) as HeaderKey,
      read(value, deserializers.headerValue),
    ]),
  };
}

/** Without a deserializer the type parameter is a Buffer, by default. */
function read<Output>(bytes: Buffer | null, deserialize: Deserializer<Output> | undefined): Output | undefined {
  const data = bytes ?? undefined;
  return deserialize === undefined ? (data as Output | undefined) : deserialize(data);
}
