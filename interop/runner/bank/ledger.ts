import { attemptOf, type Book, keyOf, type Transfer, textOf } from './transfer.ts';

export type LedgerRecord = {
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly value: string;
};

/** One topic of the bank, as one reader of committed records sees it. */
export type Ledger = {
  /** A record below the last stable offset of its partition; a partition's come in their order. */
  take(record: LedgerRecord): void;
  /** All below the last stable offsets was taken: a snapshot. How many transfers are seen by half. */
  look(): { readonly tornCount: number };
  /** Nothing is under way: it must be exactly what the tellers know. */
  mustHold(balances: readonly number[]): void;
  /** All that the tellers know to be committed is there, whole. */
  isComplete(): boolean;
  readonly faults: readonly string[];
};

type Teller = {
  /** How many of its transfers, without a gap, are there by one record at least. */
  applied: number;
  /** Those behind a gap, by their serial number. */
  readonly early: Map<number, Transfer>;
  /** For each partition, the first transfer that may come there. */
  readonly nextSerials: Map<number, number>;
};

const faultsMax = 20;

/**
 * What Kafka promises of the records below the last stable offsets of all partitions at one time:
 *
 * - A record is there only if its transaction is decided to be committed, and for ever.
 * - A partition has each producer's transactions without a gap, and whole but for its last: another producer's open
 *   transaction may begin between the batches of one, and hides what is behind.
 * - Over several partitions, any number may be there by half: markers reach one partition after another, and what is open
 *   hides what is behind it in its own partition only. So the sum over what is visible is no total. But what is there by
 *   half is committed, and its one record tells the other: with that, the total holds over the transfers of each producer up
 *   to the first of which nothing is there.
 * - When nothing is under way, and all markers are written, all is there, and whole.
 */
export function createLedger(book: Book, opening: readonly number[], partitions: number): Ledger {
  const balances = [...opening];
  const total = sumOf(opening);
  const tellers = new Map<string, Teller>();
  const taken = new Set<string>();
  const halves = new Set<Transfer>();
  const nextOffsets = new Map<number, number>();
  const faults: string[] = [];
  const fault = (text: string) => {
    if (faults.length < faultsMax) faults.push(text);
  };
  const tellerOf = (name: string): Teller => {
    const known = tellers.get(name) ?? { applied: 0, early: new Map(), nextSerials: new Map() };
    tellers.set(name, known);
    return known;
  };

  const whatIsWrong = ({ partition, offset, key, value }: LedgerRecord): string | undefined => {
    if (offset < (nextOffsets.get(partition) ?? 0)) return 'comes again, or out of order';
    const sent = book.sent.get(attemptOf(value));
    if (sent === undefined || textOf(sent.transfer) !== value) return 'was never sent';
    const { from, to } = sent.transfer;
    const side = [from, to].find(({ account }) => keyOf(account) === key);
    if (side === undefined || side.account % partitions !== partition) return 'is not where it was sent to';
    if (sent.outcome === 'open' || sent.outcome === 'aborted') return `is of a transaction that is ${sent.outcome}`;
    if (taken.has(nameOf(sent.transfer, key))) return 'is there twice';
    const missed = missedBefore(sent.transfer, partition);
    return missed === undefined ? undefined : `is there without "${textOf(missed)}"`;
  };

  /** A committed transfer of the same teller that must be in this partition before this one. */
  const missedBefore = ({ teller, serial }: Transfer, partition: number): Transfer | undefined => {
    const { nextSerials } = tellerOf(teller);
    const between = (book.committed.get(teller) ?? []).slice(nextSerials.get(partition) ?? 0, serial);
    nextSerials.set(partition, serial + 1);
    return between.find(({ from, to }) => [from, to].some(({ account }) => account % partitions === partition));
  };

  const nextOf = (teller: Teller): Transfer | undefined => {
    const transfer = teller.early.get(teller.applied);
    if (transfer === undefined) return undefined;
    teller.early.delete(teller.applied);
    teller.applied += 1;
    return transfer;
  };
  /** In the order of the attempts: an account may have been another teller's before. */
  const applyAll = () => {
    const ready: Transfer[] = [];
    for (const teller of tellers.values())
      for (let next = nextOf(teller); next !== undefined; next = nextOf(teller)) ready.push(next);
    for (const transfer of ready.sort((a, b) => a.attempt - b.attempt)) {
      for (const { account, balance } of [transfer.from, transfer.to]) balances[account] = balance;
      const sum = sumOf(balances);
      if (sum !== total) fault(`the total is ${sum}, not ${total}, with "${textOf(transfer)}"`);
    }
  };

  return {
    faults,
    take(record) {
      const wrong = whatIsWrong(record);
      nextOffsets.set(record.partition, record.offset + 1);
      if (wrong !== undefined)
        fault(`partition ${record.partition}, offset ${record.offset}, "${record.value}" of ${record.key}: ${wrong}`);
      const transfer = book.sent.get(attemptOf(record.value))?.transfer;
      if (transfer === undefined) return;
      taken.add(nameOf(transfer, record.key));
      const isWhole = [transfer.from, transfer.to].every(({ account }) => taken.has(nameOf(transfer, keyOf(account))));
      if (isWhole) halves.delete(transfer);
      else halves.add(transfer);
      const teller = tellerOf(transfer.teller);
      if (transfer.serial >= teller.applied) teller.early.set(transfer.serial, transfer);
    },
    look() {
      applyAll();
      for (const half of partitions === 1 ? halves : [])
        if (half.serial !== tellerOf(half.teller).applied - 1)
          fault(`"${textOf(half)}": half of it is there, and one behind it`);
      return { tornCount: halves.size };
    },
    isComplete: () =>
      halves.size === 0 && [...book.committed].every(([name, { length }]) => tellerOf(name).applied === length),
    mustHold(expected) {
      for (const half of halves) fault(`"${textOf(half)}": half of it is missing`);
      for (const [account, balance] of expected.entries())
        if (balances[account] !== balance) fault(`${keyOf(account)} holds ${balances[account]}, not ${balance}`);
      for (const [name, committed] of book.committed) {
        const { applied } = tellerOf(name);
        if (applied !== committed.length) fault(`${name}: of ${committed.length} transfers, ${applied} are there`);
      }
    },
  };
}

const nameOf = ({ attempt }: Transfer, key: string) => `${attempt} ${key}`;

function sumOf(balances: readonly number[]): number {
  return balances.reduce((sum, balance) => sum + balance, 0);
}
