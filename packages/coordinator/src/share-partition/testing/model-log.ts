import type { Offset } from '@sluice/kernel/ids';
import type { BatchSpan } from '../acquire.ts';

/** The log that a modelled share partition is of: record batches, of aborted transactions too, some of which compaction takes. */
export interface ModelLog {
  readonly startOffset: Offset;
  readonly endOffset: Offset;
  /** Every record that was ever appended is there, and may be delivered. */
  readonly isPlain: boolean;
  append(sizes: readonly number[], isAborted: boolean): void;
  /** So many record batches from the offset on. */
  read(offset: Offset, batchCount: number): readonly BatchSpan[];
  isAborted(offset: Offset): boolean;
  /** Compaction has taken the record. */
  isCompacted(offset: Offset): boolean;
  compact(index: number): void;
  moveStart(by: number): void;
}

export function createModelLog(): ModelLog {
  const aborted = new Set<Offset>();
  const compacted = new Set<Offset>();
  let spans: readonly BatchSpan[] = [];
  let startOffset = 0;
  let endOffset = 0;

  return {
    get startOffset() {
      return startOffset;
    },
    get endOffset() {
      return endOffset;
    },
    get isPlain() {
      return aborted.size === 0 && compacted.size === 0;
    },
    append(sizes, isAborted) {
      for (const size of sizes) {
        const firstOffset = endOffset;
        endOffset += size;
        spans = [...spans, { firstOffset, lastOffset: endOffset - 1 }];
        if (isAborted) for (let offset = firstOffset; offset < endOffset; offset++) aborted.add(offset);
      }
    },
    read(offset, batchCount) {
      const from = spans.findIndex(({ lastOffset }) => lastOffset >= Math.max(offset, startOffset));
      return from < 0 ? [] : spans.slice(from, from + batchCount);
    },
    isAborted: (offset) => aborted.has(offset),
    isCompacted: (offset) => compacted.has(offset),
    compact(index) {
      const gone = spans[index % spans.length];
      if (gone === undefined) return;
      spans = spans.filter((span) => span !== gone);
      for (let offset = gone.firstOffset; offset <= gone.lastOffset; offset++) compacted.add(offset);
    },
    moveStart(by) {
      startOffset = Math.min(endOffset, startOffset + by);
    },
  };
}
