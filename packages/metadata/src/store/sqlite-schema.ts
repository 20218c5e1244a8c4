import { DatabaseSync } from 'node:sqlite';
import { StoreError } from './metadata-store.ts';
import { storeErrorFrom } from './sqlite-error.ts';

/** "SLUI": tells our files from other SQLite databases. */
const APPLICATION_ID = 0x534c5549;
/** Rises with every change of the tables that an older Sluice could not read. */
export const SCHEMA_VERSION = 1;

/*
 * kv: what is there now. history: every put and delete (value null) of the revisions that are not compacted yet.
 * state: one row. crc: CRC-32 over the other columns of the row, because SQLite itself does not notice a flipped bit in
 * a value; kv_digest: exclusive or of the crcs of kv, because it does not notice a row that is gone either.
 */
const tables = `
  CREATE TABLE kv (
    key TEXT PRIMARY KEY, value TEXT NOT NULL, create_revision INTEGER NOT NULL, mod_revision INTEGER NOT NULL,
    version INTEGER NOT NULL, lease TEXT, crc INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE history (
    revision INTEGER NOT NULL, key TEXT NOT NULL, value TEXT, create_revision INTEGER NOT NULL,
    version INTEGER NOT NULL, lease TEXT, crc INTEGER NOT NULL, PRIMARY KEY (revision, key)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE state (
    id INTEGER PRIMARY KEY CHECK (id = 1), revision INTEGER NOT NULL, compacted_revision INTEGER NOT NULL,
    kv_digest INTEGER NOT NULL, crc INTEGER NOT NULL
  ) STRICT;
`;

/**
 * Opens the file, or makes it, and takes it for this process alone. It is the one place outside the kernel's real disk
 * that has a file opened without the `Disk` port: SQLite does its own input and output.
 */
export function openDatabase(path: string, initialState: (database: DatabaseSync) => void): DatabaseSync {
  let database: DatabaseSync;
  try {
    database = new DatabaseSync(path);
  } catch (error) {
    throw storeErrorFrom(error, path);
  }
  try {
    prepareDatabase(database, path, initialState);
    return database;
  } catch (error) {
    database.close();
    throw storeErrorFrom(error, path);
  }
}

function prepareDatabase(database: DatabaseSync, path: string, initialState: (database: DatabaseSync) => void): void {
  // Exclusive before the first read: the lock is then held until the file is closed, and no shared memory is needed.
  database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
  database.exec('BEGIN IMMEDIATE');
  const version = pragma(database, 'user_version');
  const applicationId = pragma(database, 'application_id');
  if (version === 0 && applicationId === 0 && pragma(database, 'schema_version') === 0) {
    database.exec(tables);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION};`);
    initialState(database);
  } else if (applicationId !== APPLICATION_ID) {
    throw new StoreError('corrupt', `${path} is not a metadata file of Sluice`);
  } else if (version > SCHEMA_VERSION) {
    throw new StoreError('newer-version', `${path} has schema ${version}; this Sluice knows ${SCHEMA_VERSION}`);
  } else {
    checkStructure(database, path);
  }
  database.exec('COMMIT');
}

function pragma(database: DatabaseSync, name: string): number {
  const value = database.prepare(`PRAGMA ${name}`).get()?.[name];
  return typeof value === 'number' ? value : 0;
}

function checkStructure(database: DatabaseSync, path: string): void {
  const found = database.prepare('PRAGMA integrity_check(1)').get()?.integrity_check;
  if (found !== 'ok') throw new StoreError('corrupt', `${path} is damaged: ${String(found)}`);
}
