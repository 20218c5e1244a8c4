import { type Allowance, expectHistory, historyProblems, type Places } from './group-history.ts';
import { isLimited } from './group-ways.ts';
import { type Member, takenBy, until, valueAt } from './member.ts';
import { messageOf } from './stage.ts';

export type Reading = {
  /** All members that there ever were. */
  readonly all: readonly Member[];
  readonly live: readonly Member[];
  readonly ends: Places;
  readonly timeoutMs: number;
  /** What must hold besides, before the members leave. */
  isSettled?(): boolean;
};

/** The members read on until nothing is left, and leave; then the whole of what all of them noted is judged. */
export async function expectReadToEnd({ all, live, ends, timeoutMs, isSettled = () => true }: Reading): Promise<void> {
  const count = [...ends.values()].reduce((sum, { start, end }) => sum + end - start, 0);
  const allow = allowanceOf(all);
  try {
    await until('all is read', live, () => takenBy(all) === count && isSettled(), timeoutMs);
  } catch (cause) {
    throw new Error(`${messageOf(cause)}\n${problemsOf(all, ends, allow).join('\n')}`);
  }
  for (const member of live) await member.leave();
  expectHistory(historyOf(all), ends, valueAt(ends.size), allow);
}

/** What must be borne with from these members. */
export function allowanceOf(members: readonly Member[]): Allowance {
  const rewinding = new Set(members.filter(({ actor }) => isLimited(actor.name, 'rewinds')).map(({ name }) => name));
  return {
    repeats: members.some(({ actor }) => isLimited(actor.name, 'commits-unseen')),
    rewinds: (member) => rewinding.has(member),
  };
}

function problemsOf(all: readonly Member[], ends: Places, allow: Allowance): string[] {
  return historyProblems(historyOf(all), ends, valueAt(ends.size), allow);
}

const historyOf = (all: readonly Member[]) => new Map(all.map(({ name, events }) => [name, events]));
