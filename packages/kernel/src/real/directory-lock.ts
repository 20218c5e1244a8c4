import fs from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DiskError, type DiskLock } from '../disk.ts';
import { toDiskError } from './disk-error.ts';

const SQLITE_BUSY = 5;
const SQLITE_READONLY = 8;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const SQLITE_NOTADB = 26;

/** Keeps the databases from the garbage collector, which would close them and so unlock. */
const held = new Set<DatabaseSync>();

/**
 * Holds a lock file until `release` or the end of the process, by `kill -9` too.
 *
 * Node has no flock. SQLite, which Node carries, takes a POSIX record lock (Windows: LockFileEx) for an exclusive
 * transaction, so an open transaction on an empty database is a lock that the kernel itself keeps and drops: no pid to
 * compare, nothing stale after a crash, no race between two that start together, and containers that share the
 * directory on one kernel exclude each other. SQLite's own table of open files keeps two holders of one process apart,
 * worker threads included. Apache Kafka locks its `.lock` file with a record lock that covers SQLite's range, so on the
 * same path a Kafka broker and Sluice exclude each other as well.
 *
 * It does not hold across machines on a network file system without a lock service, nor if someone deletes the file
 * while it is locked. A record lock also falls when the process that holds it closes any other descriptor of the file:
 * nothing else may open it.
 *
 * Linux and macOS are the platforms that this is meant for; Windows should work by SQLite's contract.
 */
export async function lockFile(path: string): Promise<DiskLock> {
  await ensureWritable(path);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: 0 });
    // The journal stays in memory: no second file, nothing left over to recover.
    database.exec('PRAGMA journal_mode=MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    database?.close();
    throw fromSqlite(error, path);
  }
  return hold(database);
}

/**
 * As `lockFile`, but beside others who share it: SQLite's lock of a reader. It opens the file for reading only, so a
 * directory that is not ours to change stays as it is.
 */
export async function lockFileShared(path: string): Promise<DiskLock> {
  await ensureReadable(path);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly: true, timeout: 0 });
    // The read is what locks: a transaction alone has not begun yet.
    database.exec('BEGIN; SELECT count(*) FROM sqlite_schema');
  } catch (error) {
    database?.close();
    throw fromSqlite(error, path);
  }
  return hold(database);
}

function hold(database: DatabaseSync): DiskLock {
  held.add(database);
  return {
    async release() {
      if (held.delete(database)) database.close();
    },
  };
}

function ensureReadable(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    fs.access(path, fs.constants.R_OK, (error) => (error ? reject(toDiskError(error, path)) : resolve()));
  });
}

/** SQLite says "cannot open" for every reason; the system's own answer tells them apart. */
function ensureWritable(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    fs.access(path, fs.constants.W_OK, (error) => {
      if (error === null) return resolve();
      if (error.code !== 'ENOENT') return reject(toDiskError(error, path));
      fs.access(dirname(path), fs.constants.W_OK, (parentError) => {
        if (parentError) reject(toDiskError(parentError, path));
        else resolve();
      });
    });
  });
}

function fromSqlite(error: unknown, path: string): DiskError {
  const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined;
  const reason = error instanceof Error ? error.message : String(error);
  switch (code) {
    case SQLITE_BUSY:
      return new DiskError('busy', path, `${path} is locked by another process`, { cause: error });
    case SQLITE_READONLY:
      return new DiskError('read-only', path, `${path}: ${reason}`, { cause: error });
    case SQLITE_FULL:
      return new DiskError('no-space', path, `${path}: ${reason}`, { cause: error });
    case SQLITE_CANTOPEN:
      return new DiskError('denied', path, `${path}: ${reason}`, { cause: error });
    case SQLITE_NOTADB:
      return new DiskError('io', path, `${path} is not a lock file`, { cause: error });
    default:
      return new DiskError('io', path, `${path}: ${reason}`, { cause: error });
  }
}
