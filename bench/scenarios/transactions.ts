import { load } from '../load.ts';
import type { Figures, Scenario } from '../scenario.ts';
import type { Server } from '../server.ts';
import { sideBySide } from '../side-by-side.ts';

interface Transactions {
  readonly transactions: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly fencingP99Ms: number;
}

const RECORDS = 10;
const PARTITIONS = 4;
/** Rounds of the same load beforehand: Java's compiler needs them more than we do. */
const WARM_UP_ROUNDS = 2;

export const transactionsOne: Scenario = transactionsOf(1);
export const transactionsMany: Scenario = transactionsOf(16);

function transactionsOf(producers: number): Scenario {
  const each = producers === 1 ? 'one producer' : `${producers} producers`;
  return {
    name: `transactions-${producers}`,
    title: `Transactions, ${each}, ${RECORDS} records over ${PARTITIONS} partitions each, with an offset`,
    method:
      `${each} of transactions version 2, one transaction after the other: Produce v12 to ${PARTITIONS} partitions, ` +
      'TxnOffsetCommit v5, EndTxn v5, answers waited for; asked again after 20 ms while the last one is being ended. ' +
      'Kafka answers from the page cache, Sluice once it is on disk. Then InitProducerId of the first one with a ' +
      'transaction open, 50 times.',
    figures: [
      { name: 'transactionsPerSecond', unit: 'transactions/s', isMoreBetter: true, target: '≥ 1.5x Kafka' },
      { name: 'p99Ms', unit: 'ms, p99', isMoreBetter: false, target: "≤ 1/2 of Kafka's" },
      { name: 'transactionsPerCpuSecond', unit: 'transactions per broker CPU-second', isMoreBetter: true },
      { name: 'fencingP99Ms', unit: 'ms to take a producer’s place, p99', isMoreBetter: false, target: '≤ 50 ms' },
    ],
    run: (options) => {
      const seconds = options.isQuick ? 3 : 6;
      return sideBySide(options, {
        prepare: async (server) => {
          await load('topic', server, 'ledger', { partitions: PARTITIONS });
          for (let round = 0; round < WARM_UP_ROUNDS; round++) await transact(server, producers, seconds);
        },
        measure: (server) => transact(server, producers, seconds),
      });
    },
  };
}

async function transact(server: Server, producers: number, seconds: number): Promise<Figures> {
  const flags = { partitions: PARTITIONS, producers, records: RECORDS, seconds, pid: server.pid };
  const done = await load<Transactions>('transactions', server, 'ledger', flags);
  return {
    transactionsPerSecond: done.transactions / done.seconds,
    transactionsPerCpuSecond: done.transactions / done.cpuSeconds,
    p50Ms: done.p50Ms,
    p99Ms: done.p99Ms,
    fencingP99Ms: done.fencingP99Ms,
  };
}
