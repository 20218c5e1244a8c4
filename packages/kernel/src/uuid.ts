import type { Uuid } from './ids.ts';

/** Makes 16 random bytes a version-4 UUID (RFC 9562), or nothing if its text would start with "-". Changes `bytes`. */
export function uuidFromRandomBytes(bytes: Buffer): Uuid | undefined {
  bytes[6] = (bytes.readUInt8(6) & 0x0f) | 0x40;
  bytes[8] = (bytes.readUInt8(8) & 0x3f) | 0x80;
  const text = bytes.toString('base64url');
  // Kafka does the same: its command-line tools would take a leading "-" for an option.
  return text.startsWith('-') ? undefined : text;
}
