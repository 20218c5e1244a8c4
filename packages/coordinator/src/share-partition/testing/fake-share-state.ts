import type { Offset } from '@sluice/kernel/ids';
import type { StateBatch, WriteShareState } from '../../share/persister.ts';

/** What a share coordinator would keep of one share partition, offset by offset. */
export interface FakeShareState {
  readonly startOffset: Offset;
  readonly deliveryCompleteCount: number;
  readonly stateBatches: readonly StateBatch[];
  write(state: WriteShareState): void;
}

export function createFakeShareState(): FakeShareState {
  const byOffset = new Map<Offset, { deliveryState: number; deliveryCount: number }>();
  let startOffset = 0;
  let deliveryCompleteCount = 0;
  return {
    get deliveryCompleteCount() {
      return deliveryCompleteCount;
    },
    get startOffset() {
      return startOffset;
    },
    get stateBatches() {
      const batches: { -readonly [Key in keyof StateBatch]: StateBatch[Key] }[] = [];
      for (const offset of [...byOffset.keys()].sort((a, b) => a - b)) {
        const { deliveryState, deliveryCount } = byOffset.get(offset) as {
          deliveryState: number;
          deliveryCount: number;
        };
        const last = batches.at(-1);
        const isNext = last?.lastOffset === offset - 1;
        if (
          last !== undefined &&
          isNext &&
          last.deliveryState === deliveryState &&
          last.deliveryCount === deliveryCount
        )
          last.lastOffset = offset;
        else batches.push({ firstOffset: offset, lastOffset: offset, deliveryState, deliveryCount });
      }
      return batches;
    },
    write(state) {
      deliveryCompleteCount = state.deliveryCompleteCount;
      if (state.startOffset >= 0) startOffset = Math.max(startOffset, state.startOffset);
      for (const { firstOffset, lastOffset, deliveryState, deliveryCount } of state.stateBatches) {
        for (let offset = firstOffset; offset <= lastOffset; offset++)
          byOffset.set(offset, { deliveryState, deliveryCount });
      }
      for (const offset of byOffset.keys()) if (offset < startOffset) byOffset.delete(offset);
    },
  };
}
