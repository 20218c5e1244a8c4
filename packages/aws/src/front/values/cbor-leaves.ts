import { type Leaves, unexpected } from './read-value.ts';

/** CBOR: blobs are bytes, timestamps are milliseconds. */
export const cborLeaves: Leaves = {
  blob(value) {
    if (Buffer.isBuffer(value)) return value;
    throw unexpected(value, 'a Blob');
  },
  timestamp(value) {
    if (typeof value === 'number') return Math.round(value);
    throw unexpected(value, 'milliseconds since epoch');
  },
};
