/** What an operating error means to us, whatever the platform calls it. */
export type DiskErrorTag =
  | 'not-found'
  | 'exists'
  | 'not-empty'
  | 'no-space'
  | 'read-only'
  | 'denied'
  | 'too-many-files'
  | 'busy'
  /** No hard link can be made: another file system, one without links, or too many of them. */
  | 'no-link'
  | 'io';

export class DiskError extends Error {
  override readonly name = 'DiskError';
  readonly tag: DiskErrorTag;
  readonly path: string;
  constructor(tag: DiskErrorTag, path: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.tag = tag;
    this.path = path;
  }
}

export type OpenMode = 'read' | 'update' | 'write' | 'create';

export interface DiskFile {
  readonly path: string;
  /** Reads up to `target.length` bytes at `position`; fewer only at the end of the file. */
  read(target: Uint8Array, position: number): Promise<number>;
  /** Writes all buffers one behind the other from `position`. The caller must not change them before it settles. */
  writev(buffers: readonly Uint8Array[], position: number): Promise<void>;
  /** fdatasync: data and size are on disk when it settles. After a failure the file's unsynced content is undefined. */
  sync(): Promise<void>;
  truncate(sizeBytes: number): Promise<void>;
  size(): Promise<number>;
  close(): Promise<void>;
}

export interface DiskStat {
  readonly sizeBytes: number;
  readonly isDirectory: boolean;
  readonly modifiedMs: number;
  /** The names that a file has: more than one where hard links were made. */
  readonly linkCount: number;
}

export interface DiskLock {
  release(): Promise<void>;
}

/**
 * Files as a port. Creating, renaming and unlinking are durable only after `syncDirectory` of the parent; content only
 * after `DiskFile.sync`. All failures are `DiskError`.
 */
export interface Disk {
  /** Descriptors that the process may have, for all that it does; left out where there is no limit, or none is told. */
  readonly openFilesMax?: number | undefined;
  /**
   * `read`: must exist. `update`: read and write, must exist. `write`: read and write, made if missing, content kept.
   * `create`: read and write, must not exist.
   */
  open(path: string, mode: OpenMode): Promise<DiskFile>;
  /** Whole content, or `undefined` if there is no such file. For small files. */
  readFile(path: string): Promise<Buffer | undefined>;
  /** Replaces the content as one durable step: temporary file, sync, rename, directory sync. For small files. */
  replaceFile(path: string, content: Uint8Array | string): Promise<void>;
  /** The same without the last step: durable once the caller has synced the directory, which may serve several. */
  placeFile(path: string, content: Uint8Array | string): Promise<void>;
  /** Names in a directory, sorted; `not-found` if there is none. */
  list(path: string): Promise<string[]>;
  stat(path: string): Promise<DiskStat | undefined>;
  /** Says of a file when it was last written; a crash may undo it. */
  setModified(path: string, modifiedMs: number): Promise<void>;
  /** Makes the directory and its parents; nothing happens if it is there. */
  makeDirectory(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /**
   * Gives a file a second name; what is written through one is read through the other. Fails with `exists`, with
   * `no-link` where there can be none, or with `denied`.
   */
  link(from: string, to: string): Promise<void>;
  /** Missing is fine. */
  unlink(path: string): Promise<void>;
  /** A directory with all that is in it. Missing is fine. */
  removeTree(path: string): Promise<void>;
  syncDirectory(path: string): Promise<void>;
  /** Exclusive until released or the process ends (however it ends): `busy` if another holder lives. */
  lock(path: string): Promise<DiskLock>;
  /**
   * Keeps those away who want the lock for themselves, and is `busy` while one has it; others may share it. Needs no
   * right to write and makes nothing: `not-found` if there is no such file.
   */
  lockShared(path: string): Promise<DiskLock>;
  /** Space of the file system that holds `path`. */
  space(path: string): Promise<{ totalBytes: number; freeBytes: number }>;
}
