import { DiskError, type DiskErrorTag } from '@sluice/kernel/disk';

/** What passes by itself, or is somebody's mistake and not the disk's. */
const HARMLESS_TAGS: ReadonlySet<DiskErrorTag> = new Set(['no-space', 'too-many-files', 'exists', 'not-empty', 'busy']);

/**
 * Whether an error of the directory's own files (checkpoints, new partitions) says that nothing in it works any more. A
 * single log's damage is the log's; see docs/decisions/failing-directories.md.
 */
export function isDirectoryFault(error: unknown): boolean {
  return error instanceof DiskError && !HARMLESS_TAGS.has(error.tag);
}
