import type { Actor } from '../stage.ts';
import { createLedger, type Ledger, type LedgerRecord } from './ledger.ts';
import type { BankTopic } from './teller.ts';
import type { Book, Transfer } from './transfer.ts';

type TopicRecord = LedgerRecord & { readonly topic: string };

/** A client that reads the bank's topics on and on, from one snapshot to the next. */
export type Reader = {
  readonly actor: Actor;
  look(): Promise<void>;
  /** Where a partition ended in the last snapshot. */
  endOf(topic: string, partition: number): number;
  /** Has seen some of this transfer. */
  shows(transfer: Transfer): boolean;
  /** Nothing is under way any more: what was seen is what the tellers know. */
  mustHold(balances: readonly number[]): void;
  isComplete(): boolean;
  faults(): readonly string[];
  readonly counts: { snapshots: number; torn: number; records: number };
};

export type Reading = {
  readonly topics: readonly BankTopic[];
  readonly book: Book;
  readonly opening: readonly number[];
  readonly isolation: 'read_committed' | 'read_uncommitted';
};

export function createReader(actor: Actor, name: string, reading: Reading): Reader {
  const { topics, book, opening, isolation } = reading;
  const ledgers = new Map<string, Ledger>(
    topics.map(({ name: topic, partitions }) => [topic, createLedger(book, opening, partitions)]),
  );
  const counts = { snapshots: 0, torn: 0, records: 0 };
  const shown = new Set<string>();
  const lastEnds = new Map<string, number>();
  const wentBack: string[] = [];
  const askedFor = topics.map(({ name: topic, partitions }) => [topic, partitions]);
  /** Read already, though it is behind the snapshot's end: it belongs to a later one. */
  let held: readonly TopicRecord[] = [];

  const take = (ends: ReadonlyMap<string, number>, records: readonly TopicRecord[]) => {
    const isWithin = ({ topic, partition, offset }: TopicRecord) => offset < (ends.get(`${topic}-${partition}`) ?? 0);
    const all = [...held, ...records];
    held = all.filter((record) => !isWithin(record));
    for (const record of all.filter(isWithin)) {
      ledgers.get(record.topic)?.take(record);
      shown.add(record.value.slice(0, record.value.indexOf(' ')));
    }
  };

  return {
    actor,
    counts,
    async look() {
      const request = { reader: name, topics: askedFor, isolation };
      const answer = await actor.askIn('reader')('snapshot', request);
      const ends = new Map(answer.ends.map(([topic, partition, end]) => [`${topic}-${partition}`, end]));
      for (const [place, end] of ends) {
        const last = lastEnds.get(place) ?? 0;
        if (end < last) wentBack.push(`the last stable offset of ${place} went from ${last} back to ${end}`);
        lastEnds.set(place, end);
      }
      take(
        ends,
        answer.records.map(([topic, partition, offset, key, value]) => ({ topic, partition, offset, key, value })),
      );
      counts.snapshots += 1;
      counts.records += answer.records.length;
      for (const ledger of ledgers.values()) counts.torn += ledger.look().tornCount > 0 ? 1 : 0;
    },
    endOf: (topic, partition) => lastEnds.get(`${topic}-${partition}`) ?? 0,
    shows: ({ attempt }) => shown.has(`${attempt}`),
    isComplete: () => [...ledgers.values()].every((ledger) => ledger.isComplete()),
    mustHold(balances) {
      for (const ledger of ledgers.values()) ledger.mustHold(balances);
    },
    faults: () => [
      ...wentBack,
      ...[...ledgers].flatMap(([topic, { faults }]) => faults.map((text) => `${topic}: ${text}`)),
    ],
  };
}
