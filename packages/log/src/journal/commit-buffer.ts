import {
  ENTRY_HEADER_SIZE_BYTES,
  type EntryKind,
  finishEntry,
  SECTOR_SIZE_BYTES,
  upToSector,
  writeFileHeader,
  writeSeal,
} from './format.ts';
import type { JournalFile } from './journal-file.ts';
import type { JournaledBytes, JournaledLog } from './journaled-log.ts';

/** One commit, put together in memory that all commits share. */
export interface CommitBuffer {
  /** Begins a commit at the present place of a file; `sequence` is that of the file's use. */
  begin(file: JournalFile, sequence: number): void;
  addBatches(log: JournaledLog, bytes: JournaledBytes): void;
  /** What is added from now on counts only together with all that was. */
  seal(): void;
  addCut(log: JournaledLog): void;
  /** All that was added, in whole sectors. */
  end(): Buffer;
}

/** Bytes that a commit takes at most before its first entry, for its seal, and behind its last entry. */
export const COMMIT_OVERHEAD_SIZE_BYTES = 2 * SECTOR_SIZE_BYTES + ENTRY_HEADER_SIZE_BYTES;

export function createCommitBuffer(sizeBytesMax: number): CommitBuffer {
  let memory: Buffer | undefined;
  let key: Buffer = Buffer.alloc(0);
  let filled = 0;
  let start = 0;
  let kind: EntryKind = 'batches';

  function buffer(): Buffer {
    memory ??= Buffer.allocUnsafeSlow(upToSector(sizeBytesMax));
    return memory;
  }

  return {
    begin(file, sequence) {
      key = file.key;
      kind = 'batches';
      filled = file.position > 0 ? 0 : SECTOR_SIZE_BYTES;
      start = filled;
      if (file.position === 0) writeFileHeader(buffer(), { sequence, key });
    },
    addBatches(log, bytes) {
      const target = buffer();
      let at = filled + ENTRY_HEADER_SIZE_BYTES;
      for (const each of bytes.buffers) at += each.copy(target, at);
      const { topicId, partition } = log;
      const { segmentBaseOffset, position, baseOffset, nextOffset, sizeBytes } = bytes;
      const place = { topicId, partition, segmentBaseOffset, position, baseOffset, nextOffset };
      filled = finishEntry(target, filled, key, kind, place, sizeBytes);
    },
    seal() {
      filled = writeSeal(buffer(), start, filled, key);
      kind = 'bound';
    },
    addCut({ topicId, partition }) {
      const place = { topicId, partition, segmentBaseOffset: 0, position: 0, baseOffset: 0, nextOffset: 0 };
      filled = finishEntry(buffer(), filled, key, 'cut', place, 0);
    },
    end() {
      // What an earlier commit left there could pass for entries of this one.
      const end = upToSector(filled);
      return buffer().fill(0, filled, end).subarray(0, end);
    },
  };
}
