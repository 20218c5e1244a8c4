import { crc32 } from 'node:zlib';

const PRELUDE_SIZE_BYTES = 12;
const CHECKSUM_SIZE_BYTES = 4;
/** The type of a header's value that is a string. */
const STRING = 7;

/**
 * One message of `application/vnd.amazon.eventstream`: lengths of the whole and of the headers and their CRC-32, headers,
 * payload, and the CRC-32 of all before it. All headers are strings.
 */
export function encodeMessage(headers: Readonly<Record<string, string>>, payload: Uint8Array): Buffer {
  const encoded = Object.entries(headers).map(([name, value]) => encodeHeader(name, value));
  const headersSizeBytes = encoded.reduce((sum, { length }) => sum + length, 0);
  const sizeBytes = PRELUDE_SIZE_BYTES + headersSizeBytes + payload.length + CHECKSUM_SIZE_BYTES;
  const message = Buffer.allocUnsafe(sizeBytes);
  message.writeUInt32BE(sizeBytes, 0);
  message.writeUInt32BE(headersSizeBytes, 4);
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8);
  let at = PRELUDE_SIZE_BYTES;
  for (const header of encoded) at += header.copy(message, at);
  message.set(payload, at);
  message.writeUInt32BE(crc32(message.subarray(0, sizeBytes - CHECKSUM_SIZE_BYTES)), sizeBytes - CHECKSUM_SIZE_BYTES);
  return message;
}

function encodeHeader(name: string, value: string): Buffer {
  const nameSizeBytes = Buffer.byteLength(name);
  const valueSizeBytes = Buffer.byteLength(value);
  const header = Buffer.allocUnsafe(1 + nameSizeBytes + 1 + 2 + valueSizeBytes);
  header.writeUInt8(nameSizeBytes, 0);
  header.write(name, 1);
  header.writeUInt8(STRING, 1 + nameSizeBytes);
  header.writeUInt16BE(valueSizeBytes, 2 + nameSizeBytes);
  header.write(value, 4 + nameSizeBytes);
  return header;
}
