import type { Clock } from '@sluice/kernel/clock';
import { openEmbeddedStore } from '@sluice/metadata/store/embedded-store';
import {
  type KeyValue,
  type LeaseId,
  type MetadataStore,
  StoreError,
  type Watch,
} from '@sluice/metadata/store/metadata-store';

/**
 * The metadata of a simulated machine. SQLite does its own input and output, so that its file cannot lie on a simulated
 * disk; here it survives each death of its process as a synced file would: all that was answered is there, leases are not.
 */
export interface LastingStore {
  /** Transactions so far: a crash can be put between any two. */
  readonly txnCount: number;
  /** For one process. */
  open(): MetadataStore;
  /** That process is dead: whatever it still asks for fails. */
  die(): void;
  /** For the tests of the tests: `forget` goes back to where `remember` was called. */
  remember(): Promise<void>;
  forget(): Promise<void>;
  /** Called before each transaction; throwing stops it. */
  onTxn: ((count: number) => void) | undefined;
}

export function createLastingStore(clock: Clock): LastingStore {
  let store = openEmbeddedStore({ path: ':memory:', clock });
  let leases: LeaseId[] = [];
  let watches: Watch[] = [];
  let life = 0;
  let txnCount = 0;
  let remembered: readonly KeyValue[] = [];

  function die(): void {
    life++;
    for (const watch of watches) watch.cancel();
    for (const lease of leases) void store.revokeLease(lease);
    watches = [];
    leases = [];
  }

  const lasting: LastingStore = {
    get txnCount() {
      return txnCount;
    },
    onTxn: undefined,
    die,
    async remember() {
      const { kvs } = await store.range('');
      remembered = kvs.filter(({ lease }) => lease === undefined);
    },
    async forget() {
      die();
      store = openEmbeddedStore({ path: ':memory:', clock });
      await store.txn({ compare: [], success: remembered.map(({ key, value }) => ({ kind: 'put', key, value })) });
    },
    open() {
      die();
      const mine = life;
      const checkAlive = () => {
        if (mine !== life) throw new StoreError('unavailable', 'the process is dead');
      };
      return {
        limits: store.limits,
        async get(key) {
          checkAlive();
          return store.get(key);
        },
        async range(prefix) {
          checkAlive();
          return store.range(prefix);
        },
        async txn(txn) {
          checkAlive();
          txnCount++;
          lasting.onTxn?.(txnCount);
          checkAlive();
          const result = await store.txn(txn);
          checkAlive();
          return result;
        },
        async grantLease(ttlMs) {
          checkAlive();
          const lease = await store.grantLease(ttlMs);
          leases.push(lease);
          return lease;
        },
        async keepAliveLease(lease) {
          checkAlive();
          return store.keepAliveLease(lease);
        },
        async revokeLease(lease) {
          checkAlive();
          return store.revokeLease(lease);
        },
        watch(prefix, fromRevision, onBatch, onEnd) {
          checkAlive();
          const watch = store.watch(prefix, fromRevision, onBatch, onEnd);
          watches.push(watch);
          return watch;
        },
        async close() {
          if (mine === life) die();
        },
      };
    },
  };
  return lasting;
}
