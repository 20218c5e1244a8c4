/** What an account holds once the transfer is done. */
export type Entry = { readonly account: number; readonly balance: number };

/** One transaction of the bank: two entries in each of its topics, or nothing. */
export type Transfer = {
  /** Names this attempt, over all tellers; who comes later has a greater one. */
  readonly attempt: number;
  readonly teller: string;
  /** How many transfers of this teller were committed before. What was aborted gives its number back. */
  readonly serial: number;
  readonly from: Entry;
  readonly to: Entry;
};

/** `ending` once the commit is asked for: only from then on may anybody see it. */
export type Outcome = 'open' | 'ending' | 'committed' | 'aborted';

export type Sent = { readonly transfer: Transfer; outcome: Outcome };

/** What the tellers know: all that was ever sent, by attempt, and what of it is committed, by teller and serial number. */
export type Book = { readonly sent: Map<number, Sent>; readonly committed: Map<string, Transfer[]> };

/** Each of the two records tells the whole transfer, so that who sees one knows what the other must say. */
export function textOf({ attempt, teller, serial, from, to }: Transfer): string {
  return [attempt, teller, serial, from.account, from.balance, to.account, to.balance].join(' ');
}

export function attemptOf(text: string): number {
  return Number.parseInt(text, 10);
}

export const keyOf = (account: number): string => `account-${account}`;
