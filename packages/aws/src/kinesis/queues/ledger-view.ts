import type { Offset, TimestampMs } from '@sluice/kernel/ids';
import { createDueRecords } from './due-records.ts';
import type { LedgerEntry, LedgerRecord } from './ledger-record.ts';

/**
 * A record that was decided on so many offsets before it was written does not count: a removal need not be remembered for
 * longer, and all doors forget it alike.
 */
export const REACH = 20_000;

interface Held {
  /** Where the change lies that counted last. */
  readonly offset: Offset;
  /** Null once it was removed. */
  readonly entry: LedgerEntry | null;
  /** The last change did not count: compaction would keep the wrong one. */
  readonly isShadowed: boolean;
}

/** Records of the normal path, or dead letters. */
export type Path = 'normal' | 'dead';

/** What a replay of a queue's ledger gives. Of two changes that were decided on the same state, the first in the log counts. */
export interface LedgerView {
  /** Whether it counts. */
  apply(offset: Offset, record: LedgerRecord): boolean;
  entry(id: string): LedgerEntry | undefined;
  readonly counts: Readonly<Record<Path, number>>;
  /** Visible records, the longest first; those that are taken are not given again before they change, or are put back. */
  take(path: Path, now: TimestampMs, countMax: number): string[];
  putBack(ids: Iterable<string>): void;
  nextMs(path: Path): TimestampMs;
  shadowed(): readonly (readonly [id: string, entry: LedgerEntry | null])[];
  /** The share group is done with the record, so that this door need not ask again. */
  noteSure(id: string): void;
  isSure(id: string): boolean;
}

export function createLedgerView(): LedgerView {
  const held = new Map<string, Held>();
  const sure = new Set<string>();
  const shadowed = new Set<string>();
  /** In the order of their offsets. */
  const removals: { readonly id: string; readonly offset: Offset }[] = [];
  let forgotten = 0;
  const counts: Record<Path, number> = { normal: 0, dead: 0 };
  const pathOf = ({ isDead }: LedgerEntry): Path => (isDead ? 'dead' : 'normal');
  const dueOn = (path: Path) => (id: string) => {
    const entry = held.get(id)?.entry ?? undefined;
    return entry !== undefined && pathOf(entry) === path ? entry.visibleAtMs : undefined;
  };
  const due = {
    normal: createDueRecords(dueOn('normal'), () => counts.normal),
    dead: createDueRecords(dueOn('dead'), () => counts.dead),
  };

  function forgetRemovals(position: Offset): void {
    for (let next = removals[forgotten]; next !== undefined && next.offset < position - REACH; ) {
      const known = held.get(next.id);
      if (known?.offset === next.offset && !known.isShadowed) held.delete(next.id);
      next = removals[++forgotten];
    }
    if (forgotten <= REACH) return;
    removals.splice(0, forgotten);
    forgotten = 0;
  }

  return {
    apply(offset, { id, entry, base }) {
      forgetRemovals(offset);
      const known = held.get(id);
      if (offset - base > REACH) return false;
      if (known !== undefined && known.offset >= base) {
        held.set(id, { ...known, isShadowed: true });
        shadowed.add(id);
        return false;
      }
      if (known?.entry) counts[pathOf(known.entry)]--;
      held.set(id, { offset, entry, isShadowed: false });
      shadowed.delete(id);
      if (entry === null) {
        removals.push({ id, offset });
        sure.delete(id);
      } else {
        counts[pathOf(entry)]++;
        due[pathOf(entry)].add(id, entry.visibleAtMs);
      }
      return true;
    },
    entry: (id) => held.get(id)?.entry ?? undefined,
    counts,
    take: (path, now, countMax) => due[path].take(now, countMax),
    putBack(ids) {
      for (const id of ids) {
        const entry = held.get(id)?.entry;
        if (entry) due[pathOf(entry)].add(id, entry.visibleAtMs);
      }
    },
    nextMs: (path) => due[path].nextMs(),
    shadowed: () => [...shadowed].map((id) => [id, held.get(id)?.entry ?? null] as const),
    noteSure(id) {
      if (held.get(id)?.entry) sure.add(id);
    },
    isSure: (id) => sure.has(id) || held.get(id)?.entry?.isUnsure === false,
  };
}
