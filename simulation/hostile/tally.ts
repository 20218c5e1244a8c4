import type { Attack, Blow } from './attack.ts';
import type { AttackReport } from './report.ts';

/** Different violations of one attack that are told apart; more are counted as one. */
const KINDS_MAX = 50;

/** Counts what came of each attack's blows. */
export interface Tally {
  add(attack: Attack, blow: Blow, seed: number, tookMs: number): void;
  reports(): AttackReport[];
}

interface Counts {
  readonly fault: string;
  readonly outcomes: Record<Blow['outcome'], number>;
  readonly violations: Map<string, { count: number; firstSeed: number }>;
  slowestMs: number;
}

export function createTally(attacks: readonly Attack[]): Tally {
  const byName = new Map<string, Counts>();
  for (const { name, fault } of attacks) {
    byName.set(name, { fault, outcomes: { closed: 0, answered: 0, held: 0 }, violations: new Map(), slowestMs: 0 });
  }
  return {
    add(attack, blow, seed, tookMs) {
      const counts = byName.get(attack.name);
      if (counts === undefined) throw new Error(`an attack that was not announced: ${attack.name}`);
      counts.outcomes[blow.outcome]++;
      counts.slowestMs = Math.max(counts.slowestMs, tookMs);
      if (blow.violation === undefined) return;
      const isNew = !counts.violations.has(blow.violation);
      const what = isNew && counts.violations.size >= KINDS_MAX ? 'others' : blow.violation;
      const seen = counts.violations.get(what);
      if (seen === undefined) counts.violations.set(what, { count: 1, firstSeed: seed });
      else seen.count++;
    },
    reports: () =>
      [...byName].map(([name, { fault, outcomes, violations, slowestMs }]) => ({
        name,
        fault,
        blows: outcomes.closed + outcomes.answered + outcomes.held,
        ...outcomes,
        slowestMs,
        violations: [...violations].map(([what, seen]) => ({ what, ...seen })),
      })),
  };
}
