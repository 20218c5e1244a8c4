import { assert } from '@sluice/kernel/assert';
import type { Offset, ProducerId } from '@sluice/kernel/ids';

export interface OngoingTxn {
  readonly producerId: ProducerId;
  readonly firstOffset: Offset;
}

interface CompletedTxn {
  readonly firstOffset: Offset;
  /** The marker's offset. */
  readonly lastOffset: Offset;
}

/** The transactions of one partition that keep the last stable offset back. */
export interface OngoingTxns {
  /** The lowest offset of a transaction that is open, or whose marker is not below the high watermark; −1 if none. */
  readonly firstUnstableOffset: Offset;
  start(producerId: ProducerId, firstOffset: Offset): void;
  complete(firstOffset: Offset, markerOffset: Offset): void;
  /** The last stable offset as it will be once this producer's transaction is over: what the index entry says. */
  stableOffsetWithout(producerId: ProducerId, markerOffset: Offset): Offset;
  onHighWatermark(highWatermark: Offset): void;
  clear(): void;
}

export function createOngoingTxns(): OngoingTxns {
  /** By first offset, rising. */
  let open: OngoingTxn[] = [];
  /** Completed, but the marker is not yet below the high watermark. */
  let unreplicated: CompletedTxn[] = [];

  return {
    get firstUnstableOffset() {
      const first = open[0]?.firstOffset ?? -1;
      const completed = unreplicated[0]?.firstOffset ?? -1;
      if (first === -1 || completed === -1) return Math.max(first, completed);
      return Math.min(first, completed);
    },
    start(producerId, firstOffset) {
      open.push({ producerId, firstOffset });
      // A snapshot lists producers in no order.
      if (open.length > 1) open.sort((left, right) => left.firstOffset - right.firstOffset);
    },
    complete(firstOffset, markerOffset) {
      const index = open.findIndex((txn) => txn.firstOffset === firstOffset);
      assert(index >= 0, 'a completed transaction was open');
      open.splice(index, 1);
      unreplicated.push({ firstOffset, lastOffset: markerOffset });
      unreplicated.sort((left, right) => left.firstOffset - right.firstOffset);
    },
    stableOffsetWithout(producerId, markerOffset) {
      return open.find((txn) => txn.producerId !== producerId)?.firstOffset ?? markerOffset + 1;
    },
    onHighWatermark(highWatermark) {
      if (unreplicated.length === 0) return;
      unreplicated = unreplicated.filter((txn) => txn.lastOffset >= highWatermark);
    },
    clear() {
      open = [];
      unreplicated = [];
    },
  };
}
