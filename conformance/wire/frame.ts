import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { decodeBody, type JsonObject } from './decode.ts';
import { type Body, encodeBody } from './encode.ts';
import { includes, schemaOf } from './schema.ts';

export const clientId = 'conformance';

/** A request's frame with its size in front; a Buffer stands in for an encoded body where a script needs that. */
export function requestFrame(
  api: string,
  version: number,
  correlationId: number,
  body: Body | Buffer,
  trailer: Buffer = Buffer.alloc(0),
): Buffer {
  const message = schemaOf(`${api}Request`);
  const bytes = Buffer.isBuffer(body) ? body : encodeBody(message, version, body);
  return frameOf(
    message.apiKey,
    version,
    correlationId,
    includes(message.flexible, version),
    Buffer.concat([bytes, trailer]),
  );
}

export function frameOf(apiKey: number, version: number, correlationId: number, isFlexible: boolean, body: Buffer) {
  const writer = new ByteWriter();
  writer.int16(apiKey);
  writer.int16(version);
  writer.int32(correlationId);
  writer.string(clientId, false);
  if (isFlexible) writer.uvarint(0);
  writer.raw(body);
  const frame = writer.toBuffer();
  const size = Buffer.alloc(4);
  size.writeInt32BE(frame.length);
  return Buffer.concat([size, frame]);
}

/** Decodes an answer; its header never has tags for ApiVersions (a client must read it before it knows the broker). */
export function decodeAnswer(api: string, version: number, correlationId: number, frame: Buffer): JsonObject {
  const message = schemaOf(`${api}Response`);
  const reader = new ByteReader(frame);
  const answered = reader.int32();
  if (answered !== correlationId) throw new Error(`answer ${answered} to request ${correlationId}`);
  if (includes(message.flexible, version) && api !== 'ApiVersions') {
    for (let count = reader.uvarint(); count > 0; count--) {
      reader.uvarint();
      reader.take(reader.uvarint());
    }
  }
  return decodeBody(message, version, reader);
}
