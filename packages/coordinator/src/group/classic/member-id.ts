import type { Random } from '@sluice/kernel/random';

/** A string on the wire has at most 32,767 bytes; what we make of a client's own must stay one. */
const PREFIX_SIZE_BYTES_MAX = 32_000;

/** Kafka's form, which its tools print: what the client calls itself, and a UUID. */
export function createMemberId(random: Random, clientId: string, groupInstanceId: string | null): string {
  return `${shortened(groupInstanceId ?? clientId)}-${uuidText(random)}`;
}

function shortened(prefix: string): string {
  const bytes = Buffer.from(prefix);
  return bytes.length <= PREFIX_SIZE_BYTES_MAX ? prefix : bytes.toString('utf8', 0, PREFIX_SIZE_BYTES_MAX);
}

/** RFC 9562, version 4. */
function uuidText(random: Random): string {
  const bytes = random.bytes(16);
  bytes[6] = (bytes.readUInt8(6) & 0x0f) | 0x40;
  bytes[8] = (bytes.readUInt8(8) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
