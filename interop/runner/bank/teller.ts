import { type Actor, messageOf } from '../stage.ts';
import { type Book, keyOf, type Sent, type Transfer, textOf } from './transfer.ts';

/** Where transfers are written to: both records of each to each topic. */
export type BankTopic = { readonly name: string; readonly partitions: number };

export type Bank = {
  readonly topics: readonly BankTopic[];
  /** What each account holds, as far as its teller knows. */
  readonly balances: number[];
  readonly book: Book;
  /** Whether this transfer, which is over, is among what is committed. */
  isShown(transfer: Transfer): Promise<boolean>;
};

/** A producer of transfers between accounts that are its own for a while. */
export type Teller = {
  readonly actor: Actor;
  accounts: readonly number[];
  aborted: number;
  isOpen: boolean;
  /** Its commit was asked for, and the answer did not come. */
  unresolved: Sent | undefined;
  readonly restarts: string[];
};

export type Ending = 'commit' | 'abort' | 'die';

const askTimeoutMs = 20_000;
const amountMax = 50;

const program = 'teller';

export const createTeller = (actor: Actor): Teller => ({
  ...{ actor, accounts: [], aborted: 0, isOpen: false },
  ...{ unresolved: undefined, restarts: [] },
});

/**
 * One transfer, in one transaction. When anything fails, the program is killed, and the next transfer begins with another
 * that has the same transactional id: whatever was under way is over by then, one way or the other.
 */
export async function transferOnce(teller: Teller, bank: Bank, ending: Ending): Promise<void> {
  try {
    await attempt(teller, bank, ending);
  } catch (cause) {
    teller.restarts.push(messageOf(cause));
    await kill(teller);
  }
}

async function attempt(teller: Teller, bank: Bank, ending: Ending): Promise<void> {
  const ask = async (what: string, more: object = {}) => {
    try {
      const step = { producer: program, what, ...more };
      return await teller.actor.askIn(program)('transaction', step, { timeoutMs: askTimeoutMs });
    } catch (cause) {
      throw new Error(`${what}: ${messageOf(cause)}`, { cause });
    }
  };
  if (!teller.isOpen) await ask('open', { transactionalId: `bank.${teller.actor.name}` });
  teller.isOpen = true;
  await ask('begin');
  await resolve(teller, bank);
  const sent: Sent = { transfer: newTransfer(teller, bank), outcome: 'open' };
  bank.book.sent.set(sent.transfer.attempt, sent);
  try {
    await ask('send', { to: recordsOf(sent.transfer, bank) });
    if (ending === 'commit') {
      sent.outcome = 'ending';
      teller.unresolved = sent;
      await ask('commit');
      commit(teller, bank, sent);
    } else if (ending === 'abort') {
      await ask('abort');
    }
  } finally {
    if (sent.outcome === 'open') abort(teller, sent);
  }
  if (ending === 'die') await kill(teller);
}

/** What became of a commit that was not answered: the next transaction began, so it is over. */
async function resolve(teller: Teller, bank: Bank): Promise<void> {
  const { unresolved } = teller;
  if (unresolved === undefined) return;
  if (await bank.isShown(unresolved.transfer)) commit(teller, bank, unresolved);
  else abort(teller, unresolved);
}

function commit(teller: Teller, { book, balances }: Bank, sent: Sent): void {
  const { transfer } = sent;
  sent.outcome = 'committed';
  for (const { account, balance } of [transfer.from, transfer.to]) balances[account] = balance;
  const committed = book.committed.get(transfer.teller) ?? [];
  committed.push(transfer);
  book.committed.set(transfer.teller, committed);
  teller.unresolved = undefined;
}

function abort(teller: Teller, sent: Sent): void {
  sent.outcome = 'aborted';
  teller.aborted += 1;
  teller.unresolved = undefined;
}

function newTransfer({ actor, accounts }: Teller, { balances, book }: Bank): Transfer {
  const first = Math.floor(Math.random() * accounts.length);
  const second = (first + 1 + Math.floor(Math.random() * (accounts.length - 1))) % accounts.length;
  const amount = 1 + Math.floor(Math.random() * amountMax);
  const entry = (index: number, change: number) => {
    const account = accounts[index] ?? 0;
    return { account, balance: (balances[account] ?? 0) + change };
  };
  return {
    ...{ attempt: book.sent.size + 1, teller: actor.name, serial: book.committed.get(actor.name)?.length ?? 0 },
    ...{ from: entry(first, -amount), to: entry(second, amount) },
  };
}

function recordsOf(transfer: Transfer, { topics }: Bank) {
  return topics.flatMap(({ name, partitions }) =>
    [transfer.from, transfer.to].map(({ account }) => [
      ...[name, account % partitions],
      ...[textOf(transfer), keyOf(account)],
    ]),
  );
}

async function kill(teller: Teller): Promise<void> {
  teller.isOpen = false;
  await teller.actor.kill(program);
}
