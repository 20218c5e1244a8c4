import type { Disk } from '@sluice/kernel/disk';
import type { Logger } from '@sluice/kernel/logger';
import { LogDirectoryError } from '../log-directory-error.ts';
import {
  ENTRY_HEADER_SIZE_BYTES,
  isJournalFileName,
  isSealRight,
  type JournalEntry,
  type JournalFileHeader,
  readEntry,
  readFileHeader,
  SECTOR_SIZE_BYTES,
  upToSector,
} from './format.ts';

/** What the last run left, if it did not stop cleanly. */
export interface FoundJournal {
  /** In the order in which they were written; those of all logs. */
  readonly entries: readonly JournalEntry[];
  /** All of its files, the oldest first. */
  readonly paths: readonly string[];
}

/** Reads the journal of a data directory. Fails with `LogDirectoryError` if another version wrote it. */
export async function readJournal(disk: Disk, path: string, logger: Logger): Promise<FoundJournal> {
  const unused: string[] = [];
  const used: { path: string; header: JournalFileHeader; content: Buffer }[] = [];
  for (const name of (await disk.list(path)).filter(isJournalFileName)) {
    const file = `${path}/${name}`;
    const content = (await disk.readFile(file)) ?? Buffer.alloc(0);
    const read = readFileHeader(content);
    if (read.kind === 'version') {
      const message = `${path} holds a journal of version ${read.version}, which another version of Sluice wrote; use that one`;
      throw new LogDirectoryError('newer-version', path, message);
    }
    if (read.kind === 'header') used.push({ path: file, header: read.header, content });
    else {
      // A power loss during its first write leaves nothing that was acknowledged, damage might.
      if (content.subarray(0, SECTOR_SIZE_BYTES).some((byte) => byte !== 0)) {
        logger.warn('a file of the journal has no sound header and is passed over', { path: file });
      }
      unused.push(file);
    }
  }
  used.sort((one, other) => one.header.sequence - other.header.sequence);
  const entries: JournalEntry[] = [];
  for (const file of used) {
    const isDamaged = readEntries(file.content, file.header.key, entries);
    if (isDamaged) logger.error('the journal is damaged: entries before sound ones are lost', { path: file.path });
  }
  return { entries, paths: [...unused, ...used.map((file) => file.path)] };
}

/** Adds a file's entries; true if sound ones lie behind something that is not. */
function readEntries(content: Buffer, key: Buffer, entries: JournalEntry[]): boolean {
  let isBehindGap = false;
  let isDamaged = false;
  for (let at = SECTOR_SIZE_BYTES; at < content.length; ) {
    let entry = readEntry(content, at, key);
    if (entry === undefined) {
      isBehindGap = true;
      at += SECTOR_SIZE_BYTES;
      continue;
    }
    isDamaged ||= isBehindGap;
    let isSealed = false;
    for (; entry !== undefined; entry = readEntry(content, at, key)) {
      if (entry.kind === 'seal') isSealed = isSealRight(content, at, entry);
      else if (entry.kind !== 'bound') entries.push(entry);
      else if (isSealed) entries.push({ ...entry, kind: 'batches' });
      at += ENTRY_HEADER_SIZE_BYTES + entry.payload.length;
    }
    at = upToSector(at);
  }
  return isDamaged;
}

/** By log, without those that a cut made void. */
export function entriesByLog(entries: readonly JournalEntry[]): Map<string, JournalEntry[]> {
  const byLog = new Map<string, JournalEntry[]>();
  for (const entry of entries) {
    const name = logKey(entry.topicId, entry.partition);
    if (entry.kind === 'cut') byLog.delete(name);
    else {
      const own = byLog.get(name);
      if (own === undefined) byLog.set(name, [entry]);
      else own.push(entry);
    }
  }
  return byLog;
}

export function logKey(topicId: Buffer, partition: number): string {
  return `${topicId.toString('base64url')}-${partition}`;
}
