import assert from 'node:assert/strict';

/** A record as a receive gave it. Times by one monotonic clock. */
export interface QueueReceipt {
  readonly value: number;
  readonly receiveCount: number;
  readonly askedMs: number;
  readonly answeredMs: number;
}

/** What the clients of a queue saw, each of whose records has a value of its own. */
export interface QueueHistory {
  /** Values that a put was acknowledged for. */
  readonly put: Set<number>;
  readonly receipts: QueueReceipt[];
  /** When an acknowledgement was answered. */
  readonly doneMs: Map<number, number>;
  /** Acknowledgements that got no answer: the record may be gone, or come again. */
  readonly unheard: Set<number>;
}

export function createQueueHistory(): QueueHistory {
  return { put: new Set(), receipts: [], doneMs: new Map(), unheard: new Set() };
}

/** Values that must still come: put, and neither acknowledged nor perhaps so. */
export function missingOf({ put, doneMs, unheard }: QueueHistory): number[] {
  return [...put].filter((value) => !doneMs.has(value) && !unheard.has(value));
}

/** Nothing is lost, nothing comes again after its acknowledgement was answered, and receive counts rise. */
export function checkQueueHistory(history: QueueHistory): void {
  assert.deepEqual(missingOf(history), [], 'records that were put and never given until they were acknowledged');
  const last = new Map<number, QueueReceipt>();
  for (const receipt of history.receipts.toSorted((one, other) => one.answeredMs - other.answeredMs)) {
    const { value, askedMs, receiveCount } = receipt;
    const doneMs = history.doneMs.get(value) ?? Number.POSITIVE_INFINITY;
    assert(askedMs <= doneMs, `record ${value} was given again after its acknowledgement`);
    const before = last.get(value);
    if (before !== undefined && before.answeredMs < askedMs) {
      const counts = `${before.receiveCount}, then ${receiveCount}`;
      assert(receiveCount > before.receiveCount, `the receive count of record ${value} did not rise: ${counts}`);
    }
    last.set(value, receipt);
  }
}
