import type { Difference } from '../difference.ts';

/** Transactions. */
export const transactionDifferences: readonly Difference[] = [
  {
    title: 'A request that comes while a transaction ends waits for its end',
    kafka:
      'Requests of a producer whose last transaction is still being ended are sent away with CONCURRENT_TRANSACTIONS; ' +
      'it asks again after 20 ms or more.',
    sluice:
      'They wait for up to a second, eight of one transactional id at most, and are then answered as if they had come ' +
      'after it. CONCURRENT_TRANSACTIONS comes when that is over.',
    reason:
      'Markers are mostly written within a few milliseconds; the pause was most of what a short transaction took.',
    places: [],
  },
  {
    title: 'A transaction is aborted when its time is over',
    kafka:
      'Transactions that have taken too long are looked for every transaction.abort.timed.out.transaction.cleanup.interval.ms ' +
      '(10 s), by the wall clock.',
    sluice: 'Each has its own timer, and is aborted when its transaction.timeout.ms is over. The setting does nothing.',
    reason: 'Readers of committed records wait behind a transaction that hangs; ten seconds more help nobody.',
    places: [],
  },
  {
    title: 'A transactional batch has a producer',
    kafka:
      'A batch that says it is transactional, and has no producer id, is written without asking the coordinator, and shown ' +
      'to readers of committed records at once.',
    sluice: 'It is refused with INVALID_PRODUCER_ID_MAPPING.',
    reason: 'No transaction will ever end what it says it belongs to. No client writes it.',
    places: [{ file: '00-', case: /^transactional: without the id, without a producer$/ }],
  },
];
