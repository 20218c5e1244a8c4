import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The files that rules look at: all that git keeps or would keep. Paths are relative to the root, with slashes. */
export interface Repository {
  readonly paths: readonly string[];
  /** `undefined` if there is no such file. */
  read(path: string): string | undefined;
}

export function openRepository(root: string): Repository {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const texts = new Map<string, string | undefined>();
  const read = (path: string): string | undefined => {
    if (!texts.has(path)) texts.set(path, readIfThere(join(root, path)));
    return texts.get(path);
  };
  const paths = [...new Set(listed.split('\0'))].filter((path) => path !== '').sort();
  return { paths, read };
}

/** For tests of rules. */
export function repositoryOf(files: Readonly<Record<string, string>>): Repository {
  return { paths: Object.keys(files).sort(), read: (path) => files[path] };
}

/** A file may be in git's index and deleted in the work tree. */
function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
