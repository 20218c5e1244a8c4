import fs from 'node:fs';
import { dirname } from 'node:path';
import { type Disk, DiskError, type DiskStat } from '../disk.ts';
import { lockFile } from './directory-lock.ts';
import { toDiskError } from './disk-error.ts';
import { openFile } from './file.ts';

/** The last replacement under way of each path; replacing one path twice at a time would share the temporary file. */
const replacing = new Map<string, Promise<void>>();

/** The machine's file systems. */
export const realDisk: Disk = {
  open: openFile,
  async readFile(path) {
    return orNothing(call<Buffer>(path, (done) => fs.readFile(path, done)));
  },
  replaceFile(path, content) {
    const before = replacing.get(path) ?? Promise.resolve();
    const replaced = before.catch(() => {}).then(() => replaceFile(path, content));
    replacing.set(path, replaced);
    const forget = () => {
      if (replacing.get(path) === replaced) replacing.delete(path);
    };
    replaced.then(forget, forget);
    return replaced;
  },
  async list(path) {
    const names = await call<string[]>(path, (done) => fs.readdir(path, done));
    return names.sort();
  },
  async stat(path) {
    const stats = await orNothing(call<fs.Stats>(path, (done) => fs.stat(path, done)));
    return stats && toDiskStat(stats);
  },
  async makeDirectory(path) {
    await call(path, (done) => fs.mkdir(path, { recursive: true }, (error) => done(error)));
  },
  rename: (from, to) => call(from, (done) => fs.rename(from, to, (error) => done(error))),
  async unlink(path) {
    await orNothing(call(path, (done) => fs.unlink(path, (error) => done(error))));
  },
  removeTree: (path) => call(path, (done) => fs.rm(path, { recursive: true, force: true }, (error) => done(error))),
  syncDirectory,
  lock: lockFile,
  async space(path) {
    const stats = await call<fs.StatsFs>(path, (done) => fs.statfs(path, done));
    return { totalBytes: stats.blocks * stats.bsize, freeBytes: stats.bavail * stats.bsize };
  },
};

async function replaceFile(path: string, content: Uint8Array | string): Promise<void> {
  const temporary = `${path}.tmp`;
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  try {
    await writeWhole(temporary, bytes);
    await realDisk.rename(temporary, path);
  } catch (error) {
    // Best effort: it may hold the space whose lack is the reason.
    await realDisk.unlink(temporary).catch(() => {});
    throw error;
  }
  await syncDirectory(dirname(path));
}

async function writeWhole(path: string, content: Uint8Array): Promise<void> {
  const file = await openFile(path, 'write');
  try {
    await file.truncate(0);
    await file.writev([content], 0);
    await file.sync();
  } finally {
    await file.close();
  }
}

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
  return { sizeBytes: stats.size, isDirectory: stats.isDirectory(), modifiedMs: Math.floor(stats.mtimeMs) };
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
