import assert from 'node:assert/strict';
import { type MetadataStore, StoreError, type StoreErrorTag, type WatchEnd } from '../metadata-store.ts';

/** Gives an empty store, apart from all others. */
export type OpenStore = () => Promise<MetadataStore>;

/** How the suite gets at a kind of store. */
export interface ConformanceHarness {
  open: OpenStore;
  /** Lets this much of the store's time pass, and what falls due in it happen. */
  advance(ms: number): Promise<void>;
  /** Has the store forget past revisions below its current one. */
  compact(store: MetadataStore): Promise<void>;
}

export function failOnEnd(end: WatchEnd): never {
  assert.fail(`the watch ended: ${end.kind}`);
}

export async function put(store: MetadataStore, key: string, value: string): Promise<number> {
  return (await store.txn({ compare: [], success: [{ kind: 'put', key, value }] })).revision;
}

export async function remove(store: MetadataStore, key: string): Promise<number> {
  return (await store.txn({ compare: [], success: [{ kind: 'delete', key }] })).revision;
}

export async function rejectsWith(tag: StoreErrorTag, action: Promise<unknown>): Promise<void> {
  await assert.rejects(action, (error) => error instanceof StoreError && error.tag === tag);
}
