const CHUNK_SIZE_BYTES = 64 * 1024;
const CHUNK_SIZE_BYTES_MIN = 512;

/** A file's bytes in memory: chunks that grow up to a fixed size, so that appending never copies the whole. */
export interface Content {
  readonly sizeBytes: number;
  read(target: Uint8Array, position: number): number;
  write(source: Uint8Array, position: number): void;
  truncate(sizeBytes: number): void;
  clone(): Content;
}

export function createContent(): Content {
  return contentOf([], 0);
}

/** Chunk i holds the bytes from i × CHUNK_SIZE_BYTES; what a chunk does not reach, or a missing chunk, is zeros. */
function contentOf(chunks: (Buffer | undefined)[], initialSizeBytes: number): Content {
  let sizeBytes = initialSizeBytes;
  return {
    get sizeBytes() {
      return sizeBytes;
    },
    read(target, position) {
      const count = Math.max(0, Math.min(target.length, sizeBytes - position));
      for (let done = 0; done < count; ) {
        const { index, start, length } = locate(position + done, count - done);
        const chunk = chunks[index];
        const available = chunk === undefined ? 0 : Math.max(0, Math.min(length, chunk.length - start));
        if (chunk !== undefined && available > 0) target.set(chunk.subarray(start, start + available), done);
        if (available < length) target.fill(0, done + available, done + length);
        done += length;
      }
      return count;
    },
    write(source, position) {
      for (let done = 0; done < source.length; ) {
        const { index, start, length } = locate(position + done, source.length - done);
        const chunk = ensure(chunks, index, start + length);
        chunk.set(length === source.length ? source : source.subarray(done, done + length), start);
        done += length;
      }
      if (source.length > 0) sizeBytes = Math.max(sizeBytes, position + source.length);
    },
    truncate(newSizeBytes) {
      if (newSizeBytes < sizeBytes) {
        const { index, start } = locate(newSizeBytes, 0);
        chunks.length = Math.min(chunks.length, index + 1);
        // What lies behind the end must read as zeros if the file grows again.
        chunks[index]?.fill(0, start);
      }
      sizeBytes = newSizeBytes;
    },
    clone: () =>
      contentOf(
        chunks.map((chunk) => chunk && Buffer.from(chunk)),
        sizeBytes,
      ),
  };
}

function locate(position: number, remaining: number): { index: number; start: number; length: number } {
  const index = Math.floor(position / CHUNK_SIZE_BYTES);
  const start = position - index * CHUNK_SIZE_BYTES;
  return { index, start, length: Math.min(remaining, CHUNK_SIZE_BYTES - start) };
}

function ensure(chunks: (Buffer | undefined)[], index: number, length: number): Buffer {
  const chunk = chunks[index];
  if (chunk !== undefined && chunk.length >= length) return chunk;
  let capacity = Math.max(CHUNK_SIZE_BYTES_MIN, chunk === undefined ? 0 : chunk.length * 2);
  while (capacity < length) capacity *= 2;
  const grown = Buffer.alloc(Math.min(capacity, CHUNK_SIZE_BYTES));
  if (chunk !== undefined) grown.set(chunk);
  // Filled in order: a sparse array would be slow.
  while (chunks.length < index) chunks.push(undefined);
  chunks[index] = grown;
  return grown;
}
