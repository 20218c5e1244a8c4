import { type Leaves, unexpected } from './read-value.ts';
import { serializationError } from './serialization-error.ts';

const BASE64_QUANTUM = 4;
/** Longer values are not repeated in a message. */
const SHOWN_LENGTH_MAX = 1024;

/** AWS JSON: blobs are base64, timestamps are seconds with a fraction. */
export const jsonLeaves: Leaves = {
  blob(value) {
    if (typeof value !== 'string') throw unexpected(value, 'a Blob');
    const bytes = Buffer.from(value, 'base64');
    // Node skips what is no base64: then there are fewer bytes than the length tells.
    if (value.length % BASE64_QUANTUM !== 0 || bytes.length !== lengthOf(value)) throw notBase64(value);
    return bytes;
  },
  timestamp(value) {
    if (typeof value === 'number') return Math.round(value * 1000);
    throw unexpected(value, 'milliseconds since epoch');
  },
};

function lengthOf(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return (base64.length / BASE64_QUANTUM) * 3 - padding;
}

function notBase64(value: string): Error {
  const shown = value.length > SHOWN_LENGTH_MAX ? `${value.slice(0, SHOWN_LENGTH_MAX)}...` : value;
  const start = `'${shown}' can not be converted to a Blob: `;
  if (value.length % BASE64_QUANTUM !== 0)
    return serializationError(
      `${start}Base64 encoded length is expected a multiple of 4 bytes but found: ${value.length}`,
    );
  const [wrong = '='] = /[^a-zA-Z0-9+/=]/.exec(value) ?? [];
  return serializationError(`${start}Invalid Base64 character: '${wrong}'`);
}
