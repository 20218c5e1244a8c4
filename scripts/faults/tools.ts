import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The calls by which Node and SQLite change files. */
const CHANGES = 'pwrite64,pwritev,pwritev2,fdatasync,fsync,rename,ftruncate,unlink,mkdir';

/** Why a row cannot be run here; undefined if it can. */
export function missing(...needs: readonly ('strace' | 'tmpfs' | 'bash')[]): string | undefined {
  if (process.platform !== 'linux') return 'this is not Linux';
  for (const need of needs) {
    if (need === 'tmpfs') {
      if (process.getuid?.() !== 0) return 'mounting a tmpfs takes root';
    } else if (spawnSync(need, ['--version'], { stdio: 'ignore' }).status !== 0) return `there is no ${need}`;
    if (need === 'strace' && spawnSync('strace', ['-qq', '-o', '/dev/null', 'true']).status !== 0) {
      return 'strace may not trace here';
    }
  }
  return undefined;
}

/** strace beside the process, not above it: the process that is started is the broker. */
export function injecting(calls: string, fault: string): string[] {
  const inject = ['-e', `trace=${calls}`, '-e', `inject=${calls}:${fault}`];
  return ['strace', '-D', '-f', '-qq', '-o', '/dev/null', ...inject];
}

/** The process ends in the middle of its `nth` change of a file. */
export function killingAt(nth: number): string[] {
  return injecting(CHANGES, `signal=SIGKILL:when=${nth}`);
}

export async function withDirectory<T>(work: (path: string) => Promise<T>): Promise<T> {
  const path = mkdtempSync(join(tmpdir(), 'sluice-faults-'));
  try {
    return await work(path);
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}

/** A small file system of its own. */
export async function withTmpfs<T>(sizeBytes: number, work: (path: string) => Promise<T>): Promise<T> {
  return withDirectory(async (path) => {
    const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeBytes}`, 'tmpfs', path]);
    if (status !== 0) throw new Error(`mount: ${stderr}`);
    try {
      return await work(path);
    } finally {
      spawnSync('umount', ['-l', path]);
    }
  });
}
