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
  return new PartitionTxns();
}

class PartitionTxns implements OngoingTxns {
  /** By first offset, rising. */
  #open: OngoingTxn[] = [];
  /** Completed, but the marker is not yet below the high watermark. */
  #unreplicated: CompletedTxn[] = [];

  get firstUnstableOffset(): Offset {
    const first = this.#open[0]?.firstOffset ?? -1;
    const completed = this.#unreplicated[0]?.firstOffset ?? -1;
    if (first === -1 || completed === -1) return Math.max(first, completed);
    return Math.min(first, completed);
  }

  start(producerId: ProducerId, firstOffset: Offset): void {
    insert(this.#open, { producerId, firstOffset });
  }

  complete(firstOffset: Offset, markerOffset: Offset): void {
    const index = this.#open.findIndex((txn) => txn.firstOffset === firstOffset);
    assert(index >= 0, 'a completed transaction was open');
    this.#open.splice(index, 1);
    insert(this.#unreplicated, { firstOffset, lastOffset: markerOffset });
  }

  stableOffsetWithout(producerId: ProducerId, markerOffset: Offset): Offset {
    return this.#open.find((txn) => txn.producerId !== producerId)?.firstOffset ?? markerOffset + 1;
  }

  onHighWatermark(highWatermark: Offset): void {
    if (this.#unreplicated.length === 0) return;
    this.#unreplicated = this.#unreplicated.filter((txn) => txn.lastOffset >= highWatermark);
  }

  clear(): void {
    this.#open = [];
    this.#unreplicated = [];
  }
}

/** By first offset. Mostly it is the last: only a snapshot lists producers in no order. */
function insert<T extends { readonly firstOffset: Offset }>(sorted: T[], txn: T): void {
  let index = sorted.length;
  while (index > 0 && (sorted[index - 1]?.firstOffset ?? 0) > txn.firstOffset) index--;
  if (index === sorted.length) sorted.push(txn);
  else sorted.splice(index, 0, txn);
}
