import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { endOfPrefix } from './key-order.ts';
import { type EventBatch, type KeyValue, type Revision, StoreError, type StoreEvent } from './metadata-store.ts';

export interface StoreState {
  revision: Revision;
  compactedRevision: Revision;
  kvDigest: number;
}

type Row = Record<string, SQLOutputValue>;

/** The statements of the embedded store: rows in and out, each sealed with its CRC. Nothing here decides anything. */
export interface SqliteRows {
  readState(): StoreState;
  writeState(state: StoreState): void;
  get(key: string): KeyValue | undefined;
  range(prefix: string): KeyValue[];
  leased(): KeyValue[];
  /** `crc` is `kvCrc` of it. */
  put(kv: KeyValue, crc: number): void;
  delete(key: string): void;
  /** `crc` is `kvCrc` of what was put. */
  appendHistory(revision: Revision, event: StoreEvent, crc: number | undefined): void;
  history(prefix: string, fromRevision: Revision, toRevision: Revision): EventBatch[];
  historyCount(): number;
  /** The smallest revision such that at most `count` events are at or above it. */
  revisionOfNewest(count: number): Revision;
  /** Forgets revisions below; how many events went. */
  forgetBefore(revision: Revision): number;
}

/** Also of the row in the history that tells of this put. */
export function kvCrc({ key, value, createRevision, modRevision, version, lease }: KeyValue): number {
  return crc32(`${key.length} ${createRevision} ${modRevision} ${version} ${lease ?? '-'} ${key}${value}`);
}

function deletionCrc(revision: Revision, key: string): number {
  return crc32(`${revision} ${key}`);
}

function stateCrc({ revision, compactedRevision, kvDigest }: StoreState): number {
  return crc32(`${revision} ${compactedRevision} ${kvDigest}`);
}

const insertState = 'INSERT OR REPLACE INTO state VALUES (1, ?, ?, ?, ?)';

export function writeFirstState(database: DatabaseSync): void {
  database.prepare(insertState).run(0, 0, 0, stateCrc({ revision: 0, compactedRevision: 0, kvDigest: 0 }));
}

export function sqliteRows(database: DatabaseSync): SqliteRows {
  const statements = {
    readState: database.prepare('SELECT * FROM state WHERE id = 1'),
    writeState: database.prepare(insertState),
    get: database.prepare('SELECT * FROM kv WHERE key = ?'),
    rangeFrom: database.prepare('SELECT * FROM kv WHERE key >= ? ORDER BY key'),
    rangeBetween: database.prepare('SELECT * FROM kv WHERE key >= ? AND key < ? ORDER BY key'),
    leased: database.prepare('SELECT * FROM kv WHERE lease IS NOT NULL ORDER BY key'),
    put: database.prepare('INSERT OR REPLACE INTO kv VALUES (?, ?, ?, ?, ?, ?, ?)'),
    delete: database.prepare('DELETE FROM kv WHERE key = ?'),
    appendHistory: database.prepare('INSERT INTO history VALUES (?, ?, ?, ?, ?, ?, ?)'),
    history: database.prepare('SELECT * FROM history WHERE revision BETWEEN ? AND ? ORDER BY revision, key'),
    historyCount: database.prepare('SELECT count(*) AS count FROM history'),
    nthNewest: database.prepare('SELECT revision FROM history ORDER BY revision DESC, key DESC LIMIT 1 OFFSET ?'),
    forgetBefore: database.prepare('DELETE FROM history WHERE revision < ?'),
  };

  return {
    readState: () => stateFrom(statements.readState.get()),
    writeState(state) {
      const { revision, compactedRevision, kvDigest } = state;
      statements.writeState.run(revision, compactedRevision, kvDigest, stateCrc(state));
    },
    get(key) {
      const row = statements.get.get(key);
      return row === undefined ? undefined : kvFrom(row);
    },
    range(prefix) {
      const end = endOfPrefix(prefix);
      const rows = end === undefined ? statements.rangeFrom.all(prefix) : statements.rangeBetween.all(prefix, end);
      return rows.map(kvFrom);
    },
    leased: () => statements.leased.all().map(kvFrom),
    put({ key, value, createRevision, modRevision, version, lease }, crc) {
      statements.put.run(key, value, createRevision, modRevision, version, lease ?? null, crc);
    },
    delete(key) {
      statements.delete.run(key);
    },
    appendHistory(revision, event, crc) {
      if (event.kind === 'put') {
        const { key, value, createRevision, version, lease } = event.kv;
        const sealed = crc ?? kvCrc(event.kv);
        statements.appendHistory.run(revision, key, value, createRevision, version, lease ?? null, sealed);
      } else {
        statements.appendHistory.run(revision, event.key, null, 0, 0, null, deletionCrc(revision, event.key));
      }
    },
    history: (prefix, fromRevision, toRevision) =>
      batchesFrom(statements.history.iterate(fromRevision, toRevision), prefix),
    historyCount: () => numberIn(statements.historyCount.get() ?? {}, 'count'),
    revisionOfNewest(count) {
      const row = statements.nthNewest.get(count);
      return row === undefined ? 0 : numberIn(row, 'revision') + 1;
    },
    forgetBefore: (revision) => Number(statements.forgetBefore.run(revision).changes),
  };
}

function batchesFrom(rows: Iterable<Row>, prefix: string): EventBatch[] {
  const batches: { kind: 'events'; revision: Revision; events: StoreEvent[] }[] = [];
  for (const row of rows) {
    const { revision, event } = eventFrom(row);
    const key = event.kind === 'put' ? event.kv.key : event.key;
    if (!key.startsWith(prefix)) continue;
    const last = batches.at(-1);
    if (last?.revision === revision) last.events.push(event);
    else batches.push({ kind: 'events', revision, events: [event] });
  }
  return batches;
}

function stateFrom(row: Row | undefined): StoreState {
  if (row === undefined) throw new StoreError('corrupt', 'the state row is missing');
  const state = {
    revision: numberIn(row, 'revision'),
    compactedRevision: numberIn(row, 'compacted_revision'),
    kvDigest: numberIn(row, 'kv_digest'),
  };
  checkCrc(row, stateCrc(state), 'the state row');
  return state;
}

function kvFrom(row: Row): KeyValue {
  const kv: KeyValue = {
    key: textIn(row, 'key'),
    value: textIn(row, 'value'),
    createRevision: numberIn(row, 'create_revision'),
    modRevision: numberIn(row, 'mod_revision'),
    version: numberIn(row, 'version'),
    lease: row.lease === null ? undefined : textIn(row, 'lease'),
  };
  checkCrc(row, kvCrc(kv), `key ${kv.key}`);
  return kv;
}

function eventFrom(row: Row): { revision: Revision; event: StoreEvent } {
  const key = textIn(row, 'key');
  const revision = numberIn(row, 'revision');
  if (row.value === null) {
    checkCrc(row, deletionCrc(revision, key), `the history of ${key}`);
    return { revision, event: { kind: 'delete', key } };
  }
  const kv: KeyValue = {
    key,
    value: textIn(row, 'value'),
    createRevision: numberIn(row, 'create_revision'),
    modRevision: revision,
    version: numberIn(row, 'version'),
    lease: row.lease === null ? undefined : textIn(row, 'lease'),
  };
  checkCrc(row, kvCrc(kv), `the history of ${key}`);
  return { revision, event: { kind: 'put', kv } };
}

function checkCrc(row: Row, crc: number, what: string): void {
  if (row.crc !== crc) throw new StoreError('corrupt', `${what} does not match its checksum`);
}

function numberIn(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') throw new StoreError('corrupt', `column ${column} is no number`);
  return value;
}

function textIn(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new StoreError('corrupt', `column ${column} is no text`);
  return value;
}
