import type { Disk, DiskFile } from '@sluice/kernel/disk';
import type { Offset } from '@sluice/kernel/ids';
import type { JournaledLog } from './journaled-log.ts';

const FILL_SIZE_BYTES = 1024 * 1024;

/** One of the journal's files, in its present use. */
export interface JournalFile {
  readonly path: string;
  readonly file: DiskFile;
  /** Where the next commit goes; 0 before the first of this use. */
  position: number;
  key: Buffer;
  /** Who has entries in it, and up to which offset; 0 for who needs none of them any more. */
  readonly logs: Map<JournaledLog, Offset>;
}

/** A file of its full size whose bytes have their places on the disk: later syncs change nothing but them. */
export async function makeJournalFile(disk: Disk, path: string, sizeBytes: number): Promise<JournalFile> {
  const file = await disk.open(path, 'write');
  try {
    const zeros = Buffer.alloc(Math.min(FILL_SIZE_BYTES, sizeBytes));
    for (let at = 0; at < sizeBytes; at += zeros.length) {
      await file.writev([zeros.subarray(0, Math.min(zeros.length, sizeBytes - at))], at);
      // Piece by piece: all at once would keep the syncs of commits waiting, tens of milliseconds.
      await file.sync();
    }
    await disk.syncDirectory(path.slice(0, path.lastIndexOf('/')));
  } catch (error) {
    await file.close().catch(() => {});
    // It may hold the space whose lack is the reason.
    await disk.unlink(path).catch(() => {});
    throw error;
  }
  return { path, file, position: 0, key: Buffer.alloc(0), logs: new Map() };
}

/** Whether every segment that its entries stand for has been synced since. */
export function isRecyclable({ logs }: JournalFile): boolean {
  for (const [log, offset] of logs) if (log.syncedOffset < offset) return false;
  return true;
}

/** The logs without which it could be used again, and up to where they must be synced for that. */
export function laggingLogs({ logs }: JournalFile): [JournaledLog, Offset][] {
  return [...logs].filter(([log, offset]) => log.syncedOffset < offset);
}
