import type { Random } from '@sluice/kernel/random';

/** What names a request, for its sender and in the log. */
export interface RequestIds {
  /** `x-amzn-requestid`: a UUID in hexadecimal. */
  readonly requestId: string;
  /** `x-amz-id-2`: base64 that means nothing to anybody else. */
  readonly extendedId: string;
}

const ID_SIZE_BYTES = 16;
const EXTENDED_SIZE_BYTES = 64;

export function createRequestIds(random: Random): () => RequestIds {
  return () => {
    const bytes = Buffer.from(random.bytes(ID_SIZE_BYTES));
    bytes[6] = (bytes.readUInt8(6) & 0x0f) | 0x40;
    bytes[8] = (bytes.readUInt8(8) & 0x3f) | 0x80;
    const hex = bytes.toString('hex');
    const requestId = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
    return { requestId, extendedId: random.bytes(EXTENDED_SIZE_BYTES).toString('base64') };
  };
}
