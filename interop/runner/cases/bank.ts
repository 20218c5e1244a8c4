import { setTimeout as pause } from 'node:timers/promises';
import { createReader, type Reader, type Reading } from '../bank/reader.ts';
import { type Bank, createTeller, type Ending, type Teller, transferOnce } from '../bank/teller.ts';
import { createTopics } from '../create-topics.ts';
import { transactionLimits } from '../expected-transaction-errors.ts';
import { type Actor, messageOf, type Stage } from '../stage.ts';

export type BankOptions = { readonly kills: number; readonly isolation: Reading['isolation'] };

const accountCount = 50;
const openingBalance = 1_000;
/** The accounts, spread; and all of them in one partition. */
const journal = { name: 'bank.journal', partitions: 1 };
const topics = [{ name: 'bank.accounts', partitions: 6 }, journal];
const killAfterMs = { min: 300, max: 1_200 };
/** After the kill, by each teller, before a round is over. */
const transfersAfterKill = 2;
const abortShare = 0.2;
/** In which transfer of a round one teller's program ends in the midst. */
const dieAt = 4;
const roundTimeoutMs = 90_000;
/** So that the readers leave the machine to the tellers. */
const snapshotEveryMs = 10;
/** Between failures of a teller whose broker is away. */
const pauseMs = 200;

/**
 * A bank of 50 accounts whose total holds at every snapshot (RELIABILITY.md F1, F17, F18, I5–I8, I13). Producers of many
 * clients transfer between accounts at the same time; some transactions are aborted, some producers die within one, and in
 * each round the broker is killed. What a snapshot is, and what must hold in it: `bank/ledger.ts`.
 *
 * Accounts are dealt out to the tellers anew each round, when all they did is complete: within a round no two tellers
 * share one. Locks alone would not do: a commit is answered before its markers are written, so who gets an account then may
 * be seen before who had it.
 */
export async function bank(stage: Stage, { kills, isolation }: BankOptions): Promise<void> {
  const tellers = stage.actors.filter(mayBeTeller).map(createTeller);
  for (const actor of stage.actors) {
    const skipped = limitOf(actor);
    if (skipped !== undefined) stage.row(actor, 'transfers', { skipped });
  }
  const seers = stage.actors.filter(({ hello }) => hello.can.includes('snapshots'));
  const [witness] = seers;
  if (witness === undefined || tellers.length === 0) return;
  await createTopics(stage.server.bootstrap, topics);

  const opening = Array.from({ length: accountCount }, () => openingBalance);
  const book: Bank['book'] = { sent: new Map(), committed: new Map() };
  const reading: Reading = { topics, book, opening, isolation };
  const readers = seers.map((actor) => createReader(actor, 'through', reading));
  const [reader] = readers;
  if (reader === undefined) return;
  const theBank: Bank = {
    ...{ topics, book, balances: [...opening] },
    // It may be hidden behind an open transaction of somebody else: until the last stable offset is past all there is now.
    async isShown(transfer) {
      const { latest } = await witness.askIn('onlooker')('offsets', { topic: journal.name, partition: 0, times: [] });
      const until = performance.now() + roundTimeoutMs;
      while (reader.endOf(journal.name, 0) < latest && performance.now() < until) await reader.look();
      return reader.shows(transfer);
    },
  };
  let failure: string | undefined;
  for (let round = 0; round < kills && failure === undefined; round += 1) {
    failure = await playRound(stage, theBank, tellers, readers, round).then(() => undefined, messageOf);
    stage.onKill(round + 1, kills);
    if (readers.some((reader) => reader.faults().length > 0)) break;
  }
  for (const teller of tellers)
    await stage.test(teller.actor, `transfers through ${kills} kills`, async () => {
      if (failure !== undefined) throw new Error(failure);
      return tellingOf(teller, theBank);
    });
  for (const reader of readers)
    await stage.test(reader.actor, 'the total holds at every snapshot', () => verdict(reader));
  for (const actor of seers)
    await stage.test(actor, 'and when all is read again', async () => {
      const again = createReader(actor, 'again', reading);
      await again.look();
      again.mustHold(theBank.balances);
      return verdict(again);
    });
}

function mayBeTeller(actor: Actor): boolean {
  return actor.hello.can.includes('transactions') && limitOf(actor) === undefined;
}

function limitOf({ name }: Actor): string | undefined {
  return transactionLimits[name]?.transferThroughKills;
}

async function playRound(
  stage: Stage,
  theBank: Bank,
  tellers: readonly Teller[],
  readers: readonly Reader[],
  round: number,
): Promise<void> {
  deal(tellers);
  const until = performance.now() + roundTimeoutMs;
  let isBack = false;
  const done = new Map<Teller, number>();
  const isOver = () => tellers.every((teller) => (done.get(teller) ?? 0) >= transfersAfterKill);
  const work = async (teller: Teller, index: number) => {
    for (let count = 1; !isOver(); count += 1) {
      const before = teller.restarts.length;
      await transferOnce(teller, theBank, endingOf(index === round % tellers.length && count === dieAt));
      const hasFailed = teller.restarts.length > before;
      if (isBack && !hasFailed) done.set(teller, (done.get(teller) ?? 0) + 1);
      if (hasFailed) await pause(pauseMs);
      if (performance.now() > until) throw new Error(`${teller.actor.name} does not go on: ${teller.restarts.at(-1)}`);
    }
    // No transaction may stay open: that of a program that is gone would, until its timeout.
    while ((!teller.isOpen || teller.unresolved !== undefined) && performance.now() < until)
      await transferOnce(teller, theBank, 'abort');
  };
  const killing = async () => {
    await pause(killAfterMs.min + Math.random() * (killAfterMs.max - killAfterMs.min));
    await stage.server.end('SIGKILL');
    await stage.server.startAgain();
    isBack = true;
  };
  let isQuiet = false;
  const reading = async (reader: Reader) => {
    while (!isQuiet) {
      await reader.look();
      await pause(snapshotEveryMs);
    }
  };
  await Promise.all([
    Promise.all([...tellers.map(work), killing()]).finally(() => {
      isQuiet = true;
    }),
    ...readers.map(reading),
  ]);
  await settle(theBank, readers, until);
}

/** A commit is answered before its markers are written: all of it is shown some time later. */
async function settle(theBank: Bank, readers: readonly Reader[], until: number): Promise<void> {
  for (const reader of readers) {
    do await reader.look();
    while (!reader.isComplete() && reader.faults().length === 0 && performance.now() < until);
    reader.mustHold(theBank.balances);
  }
}

function endingOf(mayDie: boolean): Ending {
  if (mayDie) return 'die';
  return Math.random() < abortShare ? 'abort' : 'commit';
}

function deal(tellers: readonly Teller[]): void {
  const order = Array.from({ length: accountCount }, (_, account) => ({ account, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ account }) => account);
  for (const [index, teller] of tellers.entries())
    teller.accounts = order.filter((_, place) => place % tellers.length === index);
}

function tellingOf({ actor, aborted, restarts }: Teller, { book }: Bank): string {
  const committed = book.committed.get(actor.name)?.length ?? 0;
  const why = [...new Set(restarts.map((said) => said.slice(0, 120)))];
  return [`${committed} committed, ${aborted} aborted, ${restarts.length} restarts of the program`, ...why].join('\n');
}

async function verdict(reader: Reader): Promise<string> {
  const faults = reader.faults();
  if (faults.length > 0) throw new Error(faults.join('\n'));
  const { snapshots, torn, records } = reader.counts;
  if (records === 0) throw new Error(`nothing was seen in ${snapshots} snapshots`);
  return `${snapshots} snapshots, in ${torn} of them a transfer over two partitions by half; ${records} records`;
}
