import type { Offset } from '@sluice/kernel/ids';

/** Offsets that consumers must not see before they are durable. */
export interface HiddenOffsets {
  /** The lowest of them that is not durable; Infinity if there is none. */
  readonly from: Offset;
  /** Hides `[firstOffset, nextOffset)`, which lies behind all that is hidden already. */
  hide(firstOffset: Offset, nextOffset: Offset): void;
  /** Everything below is durable. */
  reveal(durableOffset: Offset): void;
  clear(): void;
}

export function createHiddenOffsets(): HiddenOffsets {
  return new HiddenRanges();
}

class HiddenRanges implements HiddenOffsets {
  /** Lowest first; neighbours are one range. */
  #ranges: { firstOffset: Offset; nextOffset: Offset }[] = [];

  get from(): Offset {
    return this.#ranges[0]?.firstOffset ?? Number.POSITIVE_INFINITY;
  }

  hide(firstOffset: Offset, nextOffset: Offset): void {
    const last = this.#ranges.at(-1);
    if (last?.nextOffset === firstOffset) last.nextOffset = nextOffset;
    else this.#ranges.push({ firstOffset, nextOffset });
  }

  reveal(durableOffset: Offset): void {
    const ranges = this.#ranges;
    while (ranges[0] !== undefined && ranges[0].nextOffset <= durableOffset) ranges.shift();
    const [first] = ranges;
    if (first !== undefined && first.firstOffset < durableOffset) first.firstOffset = durableOffset;
  }

  clear(): void {
    this.#ranges = [];
  }
}
