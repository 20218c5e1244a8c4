import type { RegistryRecord } from './registry-record.ts';

export interface Entry {
  readonly version: number;
  readonly writer: string;
  /** Null once it was removed. */
  readonly value: unknown;
  /** The last record of the key did not count: compaction would keep the wrong one. */
  readonly isShadowed: boolean;
}

/**
 * What a replay of the registry gives. A record counts if its version is above the one that is known: of two doors that
 * wrote the same version the first in the log wins, and what compaction has left out is missed by nobody.
 */
export interface RegistryView {
  /** Whether it counts. */
  apply(record: RegistryRecord): boolean;
  entry(key: string): Entry | undefined;
  entries(): IterableIterator<readonly [string, Entry]>;
}

export function createRegistryView(): RegistryView {
  const entries = new Map<string, Entry>();
  return {
    apply({ key, version, writer, value }) {
      const known = entries.get(key);
      const counts = known === undefined || version > known.version;
      entries.set(key, counts ? { version, writer, value, isShadowed: false } : { ...known, isShadowed: true });
      return counts;
    },
    entry: (key) => entries.get(key),
    entries: () => entries.entries(),
  };
}
