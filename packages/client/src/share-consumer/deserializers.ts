/** Null bytes (a tombstone's value, say) come as undefined. */
export type Deserializer<Output> = (data?: Buffer) => Output | undefined;

/** As @platformatic/kafka's: `stringDeserializers` and its others fit. */
export interface Deserializers<Key, Value, HeaderKey, HeaderValue> {
  readonly key: Deserializer<Key>;
  readonly value: Deserializer<Value>;
  readonly headerKey: Deserializer<HeaderKey>;
  readonly headerValue: Deserializer<HeaderValue>;
}

export function stringDeserializer(data?: Buffer): string | undefined {
  return data?.toString('utf8');
}

export function jsonDeserializer<Value>(data?: Buffer): Value | undefined {
  return data === undefined ? undefined : JSON.parse(data.toString('utf8'));
}

export const stringDeserializers: Deserializers<string, string, string, string> = {
  key: stringDeserializer,
  value: stringDeserializer,
  headerKey: stringDeserializer,
  headerValue: stringDeserializer,
};
