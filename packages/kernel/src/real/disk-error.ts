import { DiskError, type DiskErrorTag } from '../disk.ts';

const TAG_BY_CODE: Readonly<Record<string, DiskErrorTag>> = {
  ENOENT: 'not-found',
  ENOTDIR: 'not-found',
  EEXIST: 'exists',
  ENOTEMPTY: 'not-empty',
  ENOSPC: 'no-space',
  EDQUOT: 'no-space',
  EROFS: 'read-only',
  EACCES: 'denied',
  EPERM: 'denied',
  EMFILE: 'too-many-files',
  ENFILE: 'too-many-files',
  EBUSY: 'busy',
  EXDEV: 'no-link',
  EMLINK: 'no-link',
};

/** What the operating system said, in our words. The cause keeps its own. */
export function toDiskError(cause: NodeJS.ErrnoException, path: string): DiskError {
  const tag = TAG_BY_CODE[cause.code ?? ''] ?? 'io';
  return new DiskError(tag, path, cause.message, { cause });
}
