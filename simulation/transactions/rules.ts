import type { Verdict } from '../machine/seeded-run.ts';
import type { TransactionHistory } from './history.ts';

/** A promise of RELIABILITY's table, decided from what clients saw. */
export interface TransactionRule {
  readonly name: string;
  readonly promise: string;
  check(history: TransactionHistory): string[];
}

const VIOLATIONS_MAX = 5;

/** How many records of each attempt a reader of committed records sees, by attempt and record. */
function seen(history: TransactionHistory): ReadonlyMap<string, ReadonlyMap<number, number>> {
  const byAttempt = new Map<string, Map<number, number>>();
  for (const records of history.committed) {
    for (const { attemptId, index } of records) {
      const counts = byAttempt.get(attemptId) ?? new Map<number, number>();
      byAttempt.set(attemptId, counts.set(index, (counts.get(index) ?? 0) + 1));
    }
  }
  return byAttempt;
}

export const TRANSACTION_RULES: readonly TransactionRule[] = [
  {
    name: 'I4',
    promise: 'a record that is sent again is there once, and a partition has the records of a producer in their order',
    check(history) {
      const repeated = [...seen(history)].flatMap(([attemptId, counts]) =>
        [...counts]
          .filter(([, count]) => count > 1)
          .map(([index, count]) => `${attemptId}#${index} is there ${count} times`),
      );
      const disordered = history.committed.flatMap((records, partition) => {
        const last = new Map<string, number>();
        return records.flatMap(({ attemptId }) => {
          const [producer = '', number] = attemptId.split('/');
          const before = last.get(producer) ?? -1;
          last.set(producer, Number(number));
          return before > Number(number) ? [`${attemptId} comes behind ${producer}/${before} in ${partition}`] : [];
        });
      });
      return [...repeated, ...disordered];
    },
  },
  {
    name: 'I5',
    promise: 'readers of committed records see nothing that was aborted',
    check(history) {
      const visible = seen(history);
      return history.attempts
        .filter(({ id, outcome }) => outcome === 'aborted' && visible.has(id))
        .map(({ id }) => `${id} was aborted, and can be read`);
    },
  },
  {
    name: 'I6',
    promise: 'of a transaction all records can be read or none, and of one that was committed all',
    check(history) {
      const visible = seen(history);
      return history.attempts.flatMap(({ id, outcome, partitions }) => {
        const count = visible.get(id)?.size ?? 0;
        const isWhole = count === partitions.length;
        if (outcome === 'committed')
          return isWhole ? [] : [`${id} was committed, and has ${count} of ${partitions.length}`];
        return isWhole || count === 0 ? [] : [`${id} has ${count} of ${partitions.length} records (${outcome})`];
      });
    },
  },
  {
    name: 'I8',
    promise: 'the last stable offset never falls, nor the high watermark, and it is never above it',
    check(history) {
      return history.watermarks.flatMap((life) => {
        const last = new Map<number, { highWatermark: number; lastStableOffset: number }>();
        return life.flatMap(({ partition, highWatermark, lastStableOffset }) => {
          const before = last.get(partition);
          last.set(partition, { highWatermark, lastStableOffset });
          if (lastStableOffset > highWatermark) return [`${partition}: ${lastStableOffset} above ${highWatermark}`];
          const fell =
            before !== undefined &&
            (highWatermark < before.highWatermark || lastStableOffset < before.lastStableOffset);
          return fell ? [`${partition}: from ${JSON.stringify(before)} to ${highWatermark}, ${lastStableOffset}`] : [];
        });
      });
    },
  },
  {
    name: 'I13',
    promise: 'what reads, writes and commits its offsets in one transaction copies each record once',
    check({ copied }) {
      if (copied === undefined) return [];
      const left = [...copied.input].sort();
      const found = [...copied.output].sort();
      if (String(left) === String(found)) return [];
      return [`${left.length} went in (${left.slice(0, 3)}…), ${found.length} came out (${found.slice(0, 3)}…)`];
    },
  },
  {
    name: 'I22',
    promise: 'every transaction ends, and nothing else goes wrong',
    check: ({ odd }) => odd,
  },
];

export function checkHistory(history: TransactionHistory): Verdict[] {
  return TRANSACTION_RULES.map(({ name, check }) => ({
    rule: name,
    violations: check(history).slice(0, VIOLATIONS_MAX),
  }));
}
