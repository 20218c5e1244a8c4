import type { Seal } from '../records/seal.ts';
import { parseRecordId } from './record-id.ts';

/** What a client acknowledges by: a record of a queue, as it was received one time. */
export interface Receipt {
  readonly queueId: string;
  readonly recordId: string;
  /** Made anew at each receive. */
  readonly receipt: string;
}

export const RECEIPT_SIZE_BYTES = 8;
/** Tells handles from iterators (1) and page tokens (2), which bear the same seal. */
const KIND = 3;
const QUEUE_SIZE_BYTES = 16;
const SIZE_BYTES_MIN = 1 + QUEUE_SIZE_BYTES + RECEIPT_SIZE_BYTES;

export function sealReceipt(seal: Seal, { queueId, recordId, receipt }: Receipt): Promise<string> {
  return seal.seal(
    Buffer.concat([
      Buffer.from([KIND]),
      Buffer.from(queueId, 'hex'),
      Buffer.from(receipt, 'hex'),
      Buffer.from(recordId, 'latin1'),
    ]),
  );
}

/** Undefined for what no door has made. */
export async function openReceipt(seal: Seal, handle: string): Promise<Receipt | undefined> {
  const content = await seal.open(handle);
  if (content === undefined || content.length < SIZE_BYTES_MIN || content[0] !== KIND) return undefined;
  const recordId = content.toString('latin1', SIZE_BYTES_MIN);
  if (parseRecordId(recordId) === undefined) return undefined;
  return {
    queueId: content.toString('hex', 1, 1 + QUEUE_SIZE_BYTES),
    receipt: content.toString('hex', 1 + QUEUE_SIZE_BYTES, SIZE_BYTES_MIN),
    recordId,
  };
}
