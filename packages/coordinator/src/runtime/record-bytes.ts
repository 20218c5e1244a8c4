import type { MessageCodec } from '@sluice/protocol/message-codec';
import { Reader } from '@sluice/protocol/reader';
import { Writer } from '@sluice/protocol/writer';

/** A record's key or value as coordinators keep it: two bytes (a key's type, a value's version), then the schema's. */
export function recordBytes<Input>(
  codec: MessageCodec<unknown, Input>,
  input: Input,
  prefix: number,
  version: number,
): Buffer {
  const writer = new Writer();
  writer.int16(prefix);
  codec.encode(writer, input, version);
  const [bytes, more] = writer.finish();
  if (bytes === undefined || more !== undefined) throw new Error(`${codec.name} in more than one piece`);
  return bytes;
}

/** A value whose version its first two bytes say. Invalid UTF-8 and bytes left over are accepted, as in Kafka. */
export function readVersioned<Value>(codec: MessageCodec<Value, never>, bytes: Buffer): Value {
  const reader = new Reader(bytes, { utf8Lenient: true });
  return codec.decode(reader, reader.int16('version'));
}
