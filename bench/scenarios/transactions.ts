import { durabilitySettings, PROMISES } from '../durability-settings.ts';
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

export const transactions: readonly Scenario[] = PROMISES.flatMap((promise) =>
  [1, 16].map((producers) => transactionsOf(producers, promise)),
);

function transactionsOf(producers: number, { promised, suffix, said }: (typeof PROMISES)[number]): Scenario {
  const each = producers === 1 ? 'one producer' : `${producers} producers`;
  return {
    name: `transactions-${producers}${suffix}`,
    title: `Transactions, ${each}, ${RECORDS} records over ${PARTITIONS} partitions each, with an offset, ${promised}`,
    method:
      `${each} of transactions version 2, one transaction after the other: Produce v12 to ${PARTITIONS} partitions, ` +
      'TxnOffsetCommit v5, EndTxn v5, answers waited for; asked again after 20 ms while the last one is being ended. ' +
      `${said} Then InitProducerId of the first one with a transaction open, 50 times.`,
    figures: [
      { name: 'transactionsPerSecond', unit: 'transactions/s', isMoreBetter: true, target: '≥ 1.5x Kafka' },
      { name: 'p99Ms', unit: 'ms, p99', isMoreBetter: false, target: "≤ 1/2 of Kafka's" },
      { name: 'p50Ms', unit: 'ms, p50', isMoreBetter: false },
      { name: 'transactionsPerCpuSecond', unit: 'transactions per broker CPU-second', isMoreBetter: true },
      { name: 'fencingP99Ms', unit: 'ms to take a producer’s place, p99', isMoreBetter: false, target: '≤ 50 ms' },
    ],
    run: (options) => {
      const seconds = options.isQuick ? 3 : 6;
      return sideBySide(options, {
        settings: durabilitySettings(promised),
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
