import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLedger, type Ledger } from './ledger.ts';
import { type Book, keyOf, type Outcome, type Transfer, textOf } from './transfer.ts';

const opening = [100, 100, 100, 100];
const first: Transfer = {
  ...{ attempt: 1, teller: 'a', serial: 0 },
  ...{ from: { account: 0, balance: 90 }, to: { account: 1, balance: 110 } },
};
const second: Transfer = {
  ...{ attempt: 2, teller: 'a', serial: 1 },
  ...{ from: { account: 1, balance: 105 }, to: { account: 0, balance: 95 } },
};
const bookOf = (...sent: readonly (readonly [Transfer, Outcome])[]): Book => ({
  sent: new Map(sent.map(([transfer, outcome]) => [transfer.attempt, { transfer, outcome }])),
  committed: new Map([['a', sent.filter(([, outcome]) => outcome === 'committed').map(([transfer]) => transfer)]]),
});

/** Two partitions: an account's is its number's remainder. */
function take(ledger: Ledger, transfer: Transfer, account: number, offset: number, partitions = 2): void {
  ledger.take({ partition: account % partitions, offset, key: keyOf(account), value: textOf(transfer) });
}
const faultsOf = (ledger: Ledger) => ledger.faults.map((text) => text.replace(/.*: /, ''));

test('whole transfers hold the total and are the balances', () => {
  const ledger = createLedger(bookOf([first, 'committed'], [second, 'committed']), opening, 2);
  for (const account of [0, 1]) take(ledger, first, account, 0);
  assert.deepEqual(ledger.look(), { tornCount: 0 });
  for (const account of [0, 1]) take(ledger, second, account, 2);
  ledger.look();
  ledger.mustHold([95, 105, 100, 100]);
  assert.deepEqual(ledger.faults, []);
});

test('halves may be seen over several partitions until all is quiet', () => {
  const ledger = createLedger(bookOf([first, 'committed'], [second, 'ending']), opening, 2);
  take(ledger, first, 0, 0);
  take(ledger, second, 0, 1);
  assert.deepEqual(ledger.look(), { tornCount: 2 });
  assert.deepEqual(ledger.faults, []);
  assert.equal(ledger.isComplete(), false);
  ledger.mustHold([95, 105, 100, 100]);
  assert.deepEqual(faultsOf(ledger).slice(0, 2), ['half of it is missing', 'half of it is missing']);
});

test('in one partition, only the last of a teller may be seen by half', () => {
  const ledger = createLedger(bookOf([first, 'committed'], [second, 'ending']), opening, 1);
  take(ledger, first, 0, 0, 1);
  ledger.look();
  assert.deepEqual(ledger.faults, []);
  take(ledger, second, 0, 1, 1);
  ledger.look();
  assert.deepEqual(faultsOf(ledger), ['half of it is there, and one behind it']);
});

test('a hole in a partition is a fault, and so is a transfer that is not there when all is quiet', () => {
  const ledger = createLedger(bookOf([first, 'committed'], [second, 'committed']), opening, 2);
  take(ledger, second, 1, 3);
  ledger.look();
  assert.match(ledger.faults[0] ?? '', /is there without "1 a 0 0 90 1 110"/);
  const empty = createLedger(bookOf([first, 'committed']), opening, 2);
  empty.mustHold([90, 110, 100, 100]);
  assert.match(empty.faults.at(-1) ?? '', /of 1 transfers, 0 are there/);
});

test('what is aborted, open, unknown, elsewhere or there again is a fault', () => {
  const ledger = createLedger(bookOf([first, 'aborted'], [second, 'open']), opening, 2);
  take(ledger, first, 0, 0);
  take(ledger, second, 0, 1);
  take(ledger, { ...second, attempt: 3 }, 0, 2);
  take(ledger, second, 2, 3);
  take(ledger, second, 0, 2);
  assert.deepEqual(faultsOf(ledger), [
    'is of a transaction that is aborted',
    'is of a transaction that is open',
    'was never sent',
    'is not where it was sent to',
    'comes again, or out of order',
  ]);
  const twice = createLedger(bookOf([first, 'committed']), opening, 2);
  for (const offset of [0, 1]) take(twice, first, 0, offset);
  assert.deepEqual(faultsOf(twice), ['is there twice']);
});

test('a transfer that stands on one that is lost breaks the total', () => {
  const lost: Transfer = { ...second, serial: 0, to: { account: 2, balance: 105 } };
  const ledger = createLedger(bookOf([lost, 'committed']), opening, 2);
  take(ledger, lost, 1, 0);
  ledger.look();
  assert.match(ledger.faults[0] ?? '', /the total is 410, not 400/);
});
