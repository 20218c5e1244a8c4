const INITIAL_ENTRIES = 8;

/** Fixed-size entries one behind the other, exactly as they lie in an index file; grows by doubling. */
export interface EntryBuffer {
  readonly count: number;
  /** The memory that holds the entries; read it at `index * entrySizeBytes`. */
  readonly memory: Buffer;
  /** Makes room for one more entry and returns where it starts. */
  grow(): number;
  truncateTo(count: number): void;
  /** The entries from `first` on as file content. A view: valid until the next `grow` or `truncateTo`. */
  bytes(first?: number): Buffer;
}

export function createEntryBuffer(entrySizeBytes: number, content: Buffer = Buffer.alloc(0)): EntryBuffer {
  return new GrowingEntries(entrySizeBytes, content);
}

/** A class, since each segment has two of them: see docs/decisions/parts-of-a-log.md. */
class GrowingEntries implements EntryBuffer {
  readonly #entrySizeBytes: number;
  memory: Buffer;
  count: number;

  constructor(entrySizeBytes: number, content: Buffer) {
    this.#entrySizeBytes = entrySizeBytes;
    this.memory = content;
    this.count = Math.floor(content.length / entrySizeBytes);
  }

  grow(): number {
    const entrySizeBytes = this.#entrySizeBytes;
    const start = this.count * entrySizeBytes;
    if (start + entrySizeBytes > this.memory.length) {
      const larger = Buffer.alloc(Math.max(INITIAL_ENTRIES * entrySizeBytes, start * 2));
      this.memory.copy(larger, 0, 0, start);
      this.memory = larger;
    }
    this.count++;
    return start;
  }

  truncateTo(count: number): void {
    this.count = Math.min(this.count, count);
  }

  bytes(first = 0): Buffer {
    return this.memory.subarray(first * this.#entrySizeBytes, this.count * this.#entrySizeBytes);
  }
}
