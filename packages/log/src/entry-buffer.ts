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
  let memory = content;
  let count = Math.floor(content.length / entrySizeBytes);
  return {
    get count() {
      return count;
    },
    get memory() {
      return memory;
    },
    grow() {
      const start = count * entrySizeBytes;
      if (start + entrySizeBytes > memory.length) {
        const larger = Buffer.alloc(Math.max(INITIAL_ENTRIES * entrySizeBytes, start * 2));
        memory.copy(larger, 0, 0, start);
        memory = larger;
      }
      count++;
      return start;
    },
    truncateTo(newCount) {
      count = Math.min(count, newCount);
    },
    bytes: (first = 0) => memory.subarray(first * entrySizeBytes, count * entrySizeBytes),
  };
}
