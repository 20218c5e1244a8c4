import type { Offset, ProducerId } from '@sluice/kernel/ids';
import { putInt64 } from '@sluice/protocol/int64';
import { readInt64 } from '@sluice/protocol/records/int64';

const VERSION = 0;
/** Version int16, producer id, first, last and last stable offset int64. */
const TXN_INDEX_ENTRY_SIZE_BYTES = 34;

/** One aborted transaction, as Kafka keeps it in the `.txnindex` of the segment that holds its marker. */
export interface AbortedTxn {
  readonly producerId: ProducerId;
  readonly firstOffset: Offset;
  /** The marker's offset. */
  readonly lastOffset: Offset;
  /** The last stable offset once this transaction was over: nothing at or above it can need an earlier entry. */
  readonly lastStableOffset: Offset;
}

/** It was open where batches could not be read: it may have begun there, or an earlier one of its producer have ended. */
export function isUncertain({ firstOffset, lastOffset }: AbortedTxn, uncertainBelow: Offset): boolean {
  return firstOffset < uncertainBelow && lastOffset >= uncertainBelow;
}

export function uncertainFault({ producerId, lastOffset }: AbortedTxn): string {
  return `where the transaction of producer ${producerId} that ends at offset ${lastOffset} began is not known`;
}

export function encodeTxnIndex(txns: readonly AbortedTxn[]): Buffer {
  const content = Buffer.allocUnsafe(txns.length * TXN_INDEX_ENTRY_SIZE_BYTES);
  txns.forEach((txn, index) => {
    const at = index * TXN_INDEX_ENTRY_SIZE_BYTES;
    content.writeInt16BE(VERSION, at);
    putInt64(content, at + 2, txn.producerId);
    putInt64(content, at + 10, txn.firstOffset);
    putInt64(content, at + 18, txn.lastOffset);
    putInt64(content, at + 26, txn.lastStableOffset);
  });
  return content;
}

/** `undefined` if the content is not what Kafka's sanity check accepts; the log then has to be read again. */
export function decodeTxnIndex(content: Buffer, baseOffset: Offset): AbortedTxn[] | undefined {
  if (content.length % TXN_INDEX_ENTRY_SIZE_BYTES !== 0) return undefined;
  const txns: AbortedTxn[] = [];
  let previousLastOffset = -1;
  for (let at = 0; at < content.length; at += TXN_INDEX_ENTRY_SIZE_BYTES) {
    const producerId = readInt64(content, at + 2);
    const firstOffset = readInt64(content, at + 10);
    const lastOffset = readInt64(content, at + 18);
    const lastStableOffset = readInt64(content, at + 26);
    const isSane =
      content.readInt16BE(at) === VERSION &&
      producerId >= 0 &&
      firstOffset >= 0 &&
      firstOffset <= lastOffset &&
      lastOffset >= baseOffset &&
      lastOffset > previousLastOffset &&
      lastStableOffset >= 0 &&
      lastStableOffset <= lastOffset + 1;
    if (!isSane) return undefined;
    previousLastOffset = lastOffset;
    txns.push({ producerId, firstOffset, lastOffset, lastStableOffset });
  }
  return txns;
}
