import fs from 'node:fs';
import { dirname } from 'node:path';
import { type Disk, DiskError, type DiskStat } from '../disk.ts';
import { limitConcurrency } from '../limit-concurrency.ts';
import { replacingFiles } from '../replace-file.ts';
import { lockFile, lockFileShared } from './directory-lock.ts';
import { toDiskError } from './disk-error.ts';
import { openFile } from './file.ts';
import { openFilesMax } from './open-files-max.ts';

/**
 * What opens a file for itself and closes it soon. Thousands of logs may want it in one turn, and there may be few
 * descriptors; the disk is busy with fewer.
 */
const BRIEFLY_OPEN_MAX = 32;
const reading = limitConcurrency(BRIEFLY_OPEN_MAX);
const writing = limitConcurrency(BRIEFLY_OPEN_MAX);
const syncing = limitConcurrency(BRIEFLY_OPEN_MAX);

/** The machine's file systems. */
export const realDisk: Disk = {
  get openFilesMax() {
    return openFilesMax();
  },
  open: openFile,
  readFile: (path) => reading(() => orNothing(call<Buffer>(path, (done) => fs.readFile(path, done)))),
  ...replacingFiles(() => realDisk, writing),
  async list(path) {
    const names = await call<string[]>(path, (done) => fs.readdir(path, done));
    return names.sort();
  },
  async stat(path) {
    const stats = await orNothing(call<fs.Stats>(path, (done) => fs.stat(path, done)));
    return stats && toDiskStat(stats);
  },
  setModified: (path, modifiedMs) =>
    call(path, (done) => fs.utimes(path, modifiedMs / 1000, modifiedMs / 1000, (error) => done(error))),
  makeDirectory,
  rename: (from, to) => call(from, (done) => fs.rename(from, to, (error) => done(error))),
  link,
  async unlink(path) {
    await orNothing(call(path, (done) => fs.unlink(path, (error) => done(error))));
  },
  removeTree: (path) => call(path, (done) => fs.rm(path, { recursive: true, force: true }, (error) => done(error))),
  syncDirectory: (path) => syncing(() => syncDirectory(path)),
  lock: lockFile,
  lockShared: lockFileShared,
  async space(path) {
    const stats = await call<fs.StatsFs>(path, (done) => fs.statfs(path, done));
    return { totalBytes: stats.blocks * stats.bsize, freeBytes: stats.bavail * stats.bsize };
  },
};

async function syncDirectory(path: string): Promise<void> {
  // Windows cannot open a directory for syncing; NTFS journals its entries.
  if (process.platform === 'win32') return;
  const descriptor = await call<number>(path, (done) => fs.open(path, fs.constants.O_RDONLY, done));
  try {
    await call(path, (done) => fs.fsync(descriptor, (error) => done(error)));
  } finally {
    await call(path, (done) => fs.close(descriptor, (error) => done(error)));
  }
}

function toDiskStat(stats: fs.Stats): DiskStat {
  return {
    sizeBytes: stats.size,
    isDirectory: stats.isDirectory(),
    modifiedMs: Math.floor(stats.mtimeMs),
    linkCount: stats.nlink,
  };
}

async function link(from: string, to: string): Promise<void> {
  try {
    await call(to, (done) => fs.link(from, to, (error) => done(error)));
  } catch (error) {
    const code =
      error instanceof DiskError && error.cause instanceof Error && 'code' in error.cause && error.cause.code;
    if (code !== 'ENOTSUP' && code !== 'EOPNOTSUPP' && code !== 'ENOSYS') throw error;
    throw new DiskError('no-link', to, `${to}: this file system has no hard links`, { cause: error });
  }
}

/** Missing is an answer here, not a failure. */
async function orNothing<T>(result: Promise<T>): Promise<T | undefined> {
  try {
    return await result;
  } catch (error) {
    if (error instanceof DiskError && error.tag === 'not-found') return undefined;
    throw error;
  }
}

/** One callback call as a promise that fails with a `DiskError`. */
function call<T = void>(
  path: string,
  start: (done: (error: NodeJS.ErrnoException | null, value: T) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, value) => (error ? reject(toDiskError(error, path)) : resolve(value)));
  });
}

/** One level at a time: Node's own `recursive` never ends where the system refuses with ENOENT, as in /proc. */
async function makeDirectory(path: string): Promise<void> {
  const make = () => call(path, (done) => fs.mkdir(path, (error) => done(error)));
  try {
    // Mostly its parent is there, and it is not: thousands of partitions are made by one call each.
    await make();
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    if (error.tag === 'exists' && (await isDirectory(path))) return;
    const parent = dirname(path);
    if (error.tag !== 'not-found' || parent === path || (await isDirectory(parent))) throw error;
    await makeDirectory(parent);
    // Somebody else may have made it meanwhile.
    await make().catch(async (again: unknown) => {
      if (!(await isDirectory(path))) throw again;
    });
  }
}

async function isDirectory(path: string): Promise<boolean> {
  return (await orNothing(call<fs.Stats>(path, (done) => fs.stat(path, done))))?.isDirectory() ?? false;
}
