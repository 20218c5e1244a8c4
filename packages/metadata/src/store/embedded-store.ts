import type { Clock } from '@sluice/kernel/clock';
import { createSerializer } from '@sluice/kernel/serialize';
import { applyOps } from './apply-ops.ts';
import { checkTxn } from './check-txn.ts';
import { leaseBook } from './lease-book.ts';
import {
  type Compare,
  type KeyValue,
  type LeaseId,
  type MetadataStore,
  type Revision,
  StoreError,
  type StoreEvent,
  type StoreLimits,
  type StoreOp,
} from './metadata-store.ts';
import { storeErrorFrom } from './sqlite-error.ts';
import { kvCrc, type StoreState, sqliteRows, writeFirstState } from './sqlite-rows.ts';
import { openDatabase } from './sqlite-schema.ts';
import { type SyncingDisk, syncByDisk } from './sqlite-sync.ts';
import { eventKey, WATCH_COUNT_MAX, watcherSet } from './watcher-set.ts';

/** Wide enough for the largest request that Kafka allows (10,000 partitions, each perhaps of its own topic) at once. */
export const EMBEDDED_STORE_LIMITS: StoreLimits = {
  txnOpsMax: 50_000,
  txnSizeBytesMax: 64 * 1024 * 1024,
  keySizeBytesMax: 128 * 1024,
  valueSizeBytesMax: 1024 * 1024,
};

/** Events kept for watches that start in the past; whole revisions are forgotten, oldest first. */
export const HISTORY_EVENT_COUNT_MAX = 50_000;

const LEASE_END_RETRY_MS = 1_000;

export interface EmbeddedStoreOptions {
  /** A file in a directory that exists, or `:memory:`, which lives as long as the store. */
  readonly path: string;
  readonly clock: Clock;
  /** Syncs the file, so that a slow disk holds up who waits for a transaction and nobody else. Without it SQLite does. */
  readonly disk?: SyncingDisk;
  readonly walSizeBytesMax?: number;
  readonly limits?: StoreLimits;
  readonly historyEventCountMax?: number;
}

/** A transaction that SQLite has, and that nobody knows of until it is synced. */
interface Written {
  readonly state: StoreState;
  readonly historyCount: number;
  readonly events: readonly StoreEvent[];
  readonly before: ReadonlyMap<string, KeyValue>;
}

/**
 * The metadata of a cluster on one machine, in a SQLite file that this process holds alone. A settled transaction is
 * synced to disk, and so is what is read or watched. Leases do not survive the process: their keys are deleted when the
 * file is opened again.
 *
 * @throws {StoreError} `busy`, `corrupt`, `newer-version`, `read-only`, `no-space`, `unavailable`
 */
export function openEmbeddedStore(options: EmbeddedStoreOptions): MetadataStore {
  const { path, clock, disk, limits = EMBEDDED_STORE_LIMITS, historyEventCountMax = HISTORY_EVENT_COUNT_MAX } = options;
  const database = openDatabase(path, writeFirstState);
  const watchers = watcherSet();
  const leases = leaseBook(clock, (lease) => void dropKeysOf(lease));
  const keysByLease = new Map<LeaseId, Set<string>>();
  /** Why nothing works any more. After a failed write what the file holds is unknown, so it is never written again. */
  let failure: StoreError | undefined;

  const sync = disk === undefined ? undefined : guard(() => syncByDisk(database, path, disk, options.walSizeBytesMax));
  const rows = guard(() => sqliteRows(database));
  let state = guard(() => rows.readState());
  let historyCount = guard(() => rows.historyCount());
  guard(() => {
    checkDigest(rows.range(''), state.kvDigest, path);
    const orphans = rows.leased().map((kv) => kv.key);
    if (orphans.length > 0) publish(write(orphans.map((key) => ({ kind: 'delete', key }))));
  });
  const oneByOne = createSerializer();

  /** One after the other: nobody reads what is not synced yet. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (sync === undefined) return work();
    return oneByOne(path, async () => {
      checkUsable();
      await sync.begin().catch((error: unknown) => Promise.reject(fail(error)));
      return work();
    });
  }

  /** Runs during the opening: closes the file if it fails. */
  function guard<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      if (database.isOpen) database.close();
      throw storeErrorFrom(error, path);
    }
  }

  function checkUsable(): void {
    if (failure !== undefined) throw failure;
  }

  function fail(error: unknown): StoreError {
    failure ??= storeErrorFrom(error, path);
    leases.clear();
    watchers.endAll({ kind: 'failed', error: failure });
    try {
      closeDatabase();
    } catch {
      // It failed already; the first reason is the one that counts.
    }
    return failure;
  }

  function closeDatabase(): void {
    if (!database.isOpen) return;
    try {
      sync?.end();
    } finally {
      database.close();
    }
  }

  /** A full disk ends the transaction only: its last frame was not written, so nothing of it can come back. */
  function rolledBack(error: unknown): StoreError | undefined {
    const reason = storeErrorFrom(error, path);
    if (reason.tag !== 'no-space' || !database.isOpen) return undefined;
    try {
      if (database.isTransaction) database.exec('ROLLBACK');
      return reason;
    } catch {
      return undefined;
    }
  }

  /** Reading may find a damaged row: that ends the store too, for what it would decide on is wrong. */
  function attempt<T>(action: () => T): T {
    checkUsable();
    try {
      return action();
    } catch (error) {
      throw rolledBack(error) ?? fail(error);
    }
  }

  async function commit(ops: readonly StoreOp[]): Promise<Revision> {
    const written = attempt(() => write(ops));
    if (written === undefined) return state.revision;
    if (sync !== undefined) await sync.afterCommit().catch((error: unknown) => Promise.reject(fail(error)));
    publish(written);
    return written.state.revision;
  }

  /** Applies the operations as one SQLite transaction; undefined if they change nothing. */
  function write(ops: readonly StoreOp[]): Written | undefined {
    const revision = state.revision + 1;
    const next = { ...state };
    database.exec('BEGIN IMMEDIATE');
    const { events, before, crcs } = applyOps(rows, ops, revision);
    if (events.length === 0) {
      database.exec('ROLLBACK');
      return undefined;
    }
    for (const event of events) rows.appendHistory(revision, event, crcs.get(eventKey(event)));
    for (const crc of crcs.values()) next.kvDigest = (next.kvDigest ^ crc) >>> 0;
    for (const kv of before.values()) next.kvDigest = (next.kvDigest ^ kvCrc(kv)) >>> 0;
    next.revision = revision;
    let count = historyCount + events.length;
    // A quarter over the limit, so that not every transaction deletes.
    if (count > historyEventCountMax * 1.25) {
      const oldest = Math.min(rows.revisionOfNewest(historyEventCountMax), revision);
      count -= rows.forgetBefore(oldest);
      next.compactedRevision = oldest - 1;
    }
    rows.writeState(next);
    database.exec('COMMIT');
    return { state: next, historyCount: count, events, before };
  }

  function publish(written: Written | undefined): void {
    if (written === undefined) return;
    const { events, before } = written;
    state = written.state;
    historyCount = written.historyCount;
    attachLeases(events, before);
    watchers.publish(state.revision, events);
  }

  function attachLeases(events: readonly StoreEvent[], before: ReadonlyMap<string, KeyValue>): void {
    for (const { lease, key } of before.values()) if (lease !== undefined) keysByLease.get(lease)?.delete(key);
    for (const event of events) {
      if (event.kind !== 'put' || event.kv.lease === undefined) continue;
      const keys = keysByLease.get(event.kv.lease);
      if (keys === undefined) keysByLease.set(event.kv.lease, new Set([event.kv.key]));
      else keys.add(event.kv.key);
    }
  }

  function dropKeysOf(lease: LeaseId): Promise<void> {
    return inTurn(() => deleteKeysOf(lease)).catch(() => {
      // On a full disk the store goes on, and so must the end of the lease; after another failure nothing will.
      if (failure === undefined) clock.setTimer(LEASE_END_RETRY_MS, () => void dropKeysOf(lease));
    });
  }

  async function deleteKeysOf(lease: LeaseId): Promise<void> {
    const keys = keysByLease.get(lease);
    if (failure !== undefined || keys === undefined) return;
    if (keys.size > 0) await commit(Array.from(keys, (key) => ({ kind: 'delete', key })));
    keysByLease.delete(lease);
  }

  return {
    limits,
    get: (key) => inTurn(async () => attempt(() => ({ revision: state.revision, kv: rows.get(key) }))),
    range: (prefix) => inTurn(async () => attempt(() => ({ revision: state.revision, kvs: rows.range(prefix) }))),
    txn: (txn) =>
      inTurn(async () => {
        checkUsable();
        checkTxn(txn, limits);
        const succeeded = attempt(() => txn.compare.every((compare) => holds(compare, rows.get(compare.key))));
        const ops = succeeded ? txn.success : (txn.failure ?? []);
        for (const op of ops) {
          if (op.kind === 'put' && op.lease !== undefined && !leases.has(op.lease)) {
            throw new StoreError('lease-not-found', `lease ${op.lease} is gone`);
          }
        }
        return { succeeded, revision: await commit(ops) };
      }),
    async grantLease(ttlMs) {
      checkUsable();
      return leases.grant(ttlMs);
    },
    async keepAliveLease(lease) {
      checkUsable();
      return leases.keepAlive(lease);
    },
    async revokeLease(lease) {
      checkUsable();
      if (leases.remove(lease)) await dropKeysOf(lease);
    },
    watch(prefix, fromRevision, onBatch, onEnd) {
      checkUsable();
      if (watchers.size >= WATCH_COUNT_MAX) throw new StoreError('limit', `more than ${WATCH_COUNT_MAX} watches`);
      const oldestRevision = state.compactedRevision + 1;
      if (fromRevision < oldestRevision) {
        return watchers.add(prefix, fromRevision, [{ kind: 'compacted', oldestRevision }], onBatch, onEnd);
      }
      const past =
        fromRevision > state.revision ? [] : attempt(() => rows.history(prefix, fromRevision, state.revision));
      return watchers.add(prefix, fromRevision, past, onBatch, onEnd);
    },
    async close() {
      leases.clear();
      watchers.clear();
      failure ??= new StoreError('closed', 'the metadata store is closed');
      if (sync === undefined) return closeDatabase();
      await oneByOne(path, async () => closeDatabase());
      await sync.close();
    },
  };
}

function holds(compare: Compare, kv: KeyValue | undefined): boolean {
  const { createRevision, modRevision, version, value } = compare;
  return (
    (createRevision === undefined || createRevision === (kv?.createRevision ?? 0)) &&
    (modRevision === undefined || modRevision === (kv?.modRevision ?? 0)) &&
    (version === undefined || version === (kv?.version ?? 0)) &&
    (value === undefined || value === kv?.value)
  );
}

function checkDigest(kvs: readonly KeyValue[], digest: number, path: string): void {
  const found = kvs.reduce((sum, kv) => (sum ^ kvCrc(kv)) >>> 0, 0);
  if (found !== digest) throw new StoreError('corrupt', `metadata in ${path}: keys are missing or were changed`);
}
