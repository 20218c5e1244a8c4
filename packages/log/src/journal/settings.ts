/** How large the journal is and when it is used. */
export interface JournalSettings {
  /** Files that are written in turn. */
  readonly fileCount: number;
  /** Of each file; taken from the disk when the file is first needed. */
  readonly fileSizeBytes: number;
  /** From so many logs on that wait for the disk at once they share a sync; fewer sync their own segments. */
  readonly logCountMin: number;
  /** A log that has more to make durable syncs its own segment: writing its bytes twice would cost more. */
  readonly logSizeBytesMax: number;
  /** Logs whose segments lag behind the journal: each holds a file open. */
  readonly dirtyLogCountMax: number;
}

export const DEFAULT_JOURNAL_SETTINGS: JournalSettings = {
  fileCount: 4,
  fileSizeBytes: 16 * 1024 * 1024,
  logCountMin: 4,
  logSizeBytesMax: 32 * 1024,
  dirtyLogCountMax: 2048,
};
