import type { Fault, ShareFate, ShareNote } from '../contract.ts';

/** One delivery of a record to a member, and what came of it. */
type Delivery = {
  readonly member: string;
  readonly times: number;
  readonly tookMs: number;
  fate?: ShareFate;
  /** What the broker said to that: 0 if it has written it. */
  code?: number;
  ackedMs?: number;
};

/** Why records came more than once. */
export type Redeliveries = {
  /** A member had let it go. */
  readonly released: number;
  /** Its member did not hear that the broker had its acknowledgement, or heard that it came too late. */
  readonly refused: number;
  /** Its member ended, and said nothing. */
  readonly abandoned: number;
};

export type ShareVerdict = {
  readonly violations: readonly string[];
  readonly accepted: number;
  readonly rejected: number;
  /** Gone from the group, and nobody heard that the broker had accepted it: the answer was lost. */
  readonly unheard: number;
  /** Releases of earlier deliveries that were heard of when the record was done: their answers came with a fetch that waited. */
  readonly heardLate: number;
  readonly deliveries: number;
  readonly redeliveries: Redeliveries;
  readonly failures: readonly Fault[];
};

/** What a member polls late, it may have received before another accepted it: from a connection that is gone. */
const bufferedMsMax = 5_000;

/** All that the members of a share group noted. */
export type ShareHistory = {
  hear(note: ShareNote): void;
  /** Of a group that has nothing left; `places` are all its records. */
  judge(places: readonly string[]): ShareVerdict;
};

export function createShareHistory(): ShareHistory {
  const deliveries = new Map<string, Delivery[]>();
  const failures: Fault[] = [];
  return {
    hear(note) {
      if ('failed' in note) failures.push(note.failed);
      else if ('took' in note) {
        for (const [place, times] of note.took) {
          const delivery = { member: note.member, times, tookMs: note.atMs };
          const known = deliveries.get(place);
          if (known === undefined) deliveries.set(place, [delivery]);
          else known.push(delivery);
        }
      } else {
        for (const [place, fate, code] of note.acked) {
          const mine = deliveries.get(place)?.findLast(({ member }) => member === note.member);
          if (mine !== undefined) Object.assign(mine, { fate, code, ackedMs: note.atMs });
        }
      }
    },
    judge(places) {
      const violations: string[] = [];
      const count = { accepted: 0, rejected: 0, unheard: 0, heardLate: 0, deliveries: 0 };
      const redeliveries = { released: 0, refused: 0, abandoned: 0 };
      for (const place of places) {
        const all = (deliveries.get(place) ?? []).toSorted((one, other) => one.tookMs - other.tookMs);
        count.deliveries += all.length;
        for (const before of all.slice(0, -1)) redeliveries[reasonOf(before)]++;
        const final = all.find(isFinal);
        if (final?.fate === 'accept') count.accepted++;
        else if (final?.fate === 'reject') count.rejected++;
        else if (final === undefined && all.length > 0) count.unheard++;
        count.heardLate += all.filter(
          (one) => isReleased(one) && (one.ackedMs ?? 0) > (final?.ackedMs ?? Infinity),
        ).length;
        violations.push(...violationsOf(place, all, final));
      }
      return { ...count, violations, redeliveries, failures };
    },
  };
}

function isFinal({ fate, code }: Delivery): boolean {
  return code === 0 && (fate === 'accept' || fate === 'reject');
}

/**
 * When that is heard says nothing: an answer that goes with a ShareFetch waits as long as the fetch does, and others may
 * have accepted the record meanwhile. The delivery counts tell which of them had it first.
 */
function isReleased({ fate, code }: Delivery): boolean {
  return code === 0 && fate === 'release';
}

function reasonOf(delivery: Delivery): keyof Redeliveries {
  if (delivery.fate === undefined) return 'abandoned';
  return isReleased(delivery) ? 'released' : 'refused';
}

function violationsOf(place: string, all: readonly Delivery[], final: Delivery | undefined): string[] {
  const last = all.at(-1);
  if (last === undefined) return [`${place} came to nobody`];
  if (final === undefined) {
    return last.code === 0 ? [`${place} was released by ${last.member}, and never came again`] : [];
  }
  const endedMs = final.ackedMs ?? final.tookMs;
  const others = all.filter((one) => one !== final);
  const twice = others.filter(isFinal);
  const afterwards = others.filter((one) => isReleased(one) && one.times >= final.times);
  const late = others.filter(({ tookMs }) => tookMs > endedMs + bufferedMsMax);
  return [
    ...twice.map(({ member, fate }) => `${place}: ${final.fate} by ${final.member}, and ${fate} by ${member}`),
    ...afterwards.map(
      ({ member, times }) =>
        `${place}: ${final.fate} by ${final.member} at its delivery ${final.times}, and release by ${member} at ${times}`,
    ),
    ...late.map(({ member, tookMs }) => `${place} came to ${member} ${tookMs - endedMs} ms after ${final.fate}`),
  ];
}
