import type { MemberEvent } from './contract.ts';

/** What all members of a group noted, member by member, each in its own order. */
export type History = ReadonlyMap<string, readonly MemberEvent[]>;

/** Where the group's reading began, and what lies in each partition: records 0 … `end`−1 with these values. */
export type Places = ReadonlyMap<string, { readonly start: number; readonly end: number }>;

export type Allowance = {
  /** The program cannot tell of its commits, or commits as it likes: a new reader may begin before the last of them. */
  readonly repeats?: boolean;
  /** Members that go back to the last commit in a rebalance without telling that they begin anew. */
  readonly rewinds?: (member: string) => boolean;
};

const problemsShownMax = 8;

/** One member's unbroken reading of one partition. */
type Stay = { readonly member: string; readonly place: string; readonly startedAt: number; readonly from: number };

/**
 * The whole of what a group must keep: every record of each partition was taken by somebody, with the value that was
 * written there; whoever has a partition takes its records one after another; and whoever gets a partition begins where
 * its last acknowledged commit says, so that nothing is repeated beyond what was not committed.
 */
export function historyProblems(
  history: History,
  places: Places,
  valueAt: (place: string, offset: number) => number,
  allow: Allowance = {},
): string[] {
  const problems: string[] = [];
  const taken = new Map([...places.keys()].map((place) => [place, new Set<number>()]));
  const stays: Stay[] = [];
  const commits: { place: string; at: number; offset: number }[] = [];
  for (const [member, events] of history) {
    const next = new Map<string, number | 'anywhere'>();
    for (const event of events) {
      const [at, what, place] = event;
      if (what === 'assigned' || what === 'revoked' || what === 'lost') next.delete(place);
      else if (what === 'sought') next.set(place, 'anywhere');
      else if (what === 'committed' || what === 'recommitted') commits.push({ place, at, offset: event[3] });
      if (what !== 'took') continue;
      const [, , , offset, value] = event;
      const wanted = next.get(place);
      const isRewind = typeof wanted === 'number' && offset < wanted && allow.rewinds?.(member) === true;
      if (wanted === undefined || isRewind) stays.push({ member, place, startedAt: at, from: offset });
      else if (wanted !== 'anywhere' && wanted !== offset)
        problems.push(`${member} took ${place} at ${offset}, not ${wanted}`);
      if (value !== valueAt(place, offset))
        problems.push(`${member} took ${value} from ${place} at ${offset}, not ${valueAt(place, offset)}`);
      next.set(place, offset + 1);
      taken.get(place)?.add(offset);
    }
  }
  for (const [place, { start, end }] of places) {
    const missing: number[] = [];
    for (let offset = start; offset < end; offset += 1)
      if (taken.get(place)?.has(offset) !== true) missing.push(offset);
    if (missing.length > 0)
      problems.push(`${missing.length} of ${place} were taken by nobody: ${missing.slice(0, 5).join(' ')} …`);
  }
  if (allow.repeats !== true) {
    for (const { member, place, startedAt, from } of stays) {
      const known = commits.filter((commit) => commit.place === place && commit.at < startedAt);
      const committed = Math.max(places.get(place)?.start ?? 0, ...known.map(({ offset }) => offset));
      if (from < committed) problems.push(`${member} began ${place} at ${from}, though ${committed} was committed`);
    }
  }
  return problems.length > problemsShownMax
    ? [...problems.slice(0, problemsShownMax), `and ${problems.length - problemsShownMax} more`]
    : problems;
}

export function expectHistory(...[history, places, valueAt, allow]: Parameters<typeof historyProblems>): void {
  const problems = historyProblems(history, places, valueAt, allow);
  if (problems.length > 0) throw new Error(problems.join('\n'));
}
