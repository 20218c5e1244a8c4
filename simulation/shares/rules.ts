import type { Verdict } from '../machine/seeded-run.ts';
import type { ShareHistory } from './history.ts';
import { holdsOf, isFinal, placeOfRecord, type Stories, storiesOf } from './record-story.ts';
import { DELIVERY_LIMIT, GROUPS } from './world.ts';

export interface ShareRule {
  readonly name: string;
  readonly promise: string;
  check(history: ShareHistory, stories: Stories): string[];
}

const VIOLATIONS_MAX = 5;

export const SHARE_RULES: readonly ShareRule[] = [
  {
    name: 'done-is-done',
    promise: 'a record whose acceptance or rejection was confirmed is not delivered again',
    check: (_, { all }) =>
      [...all.values()].flatMap(({ record, acquired, acked }) => {
        const final = acked.find(isFinal);
        const later = final && acquired.find(({ askedMs }) => askedMs > final.atMs);
        if (later === undefined) return [];
        return [`${record}: ${final?.type} at ${final?.atMs}, and delivered to ${later.member} at ${later.atMs}`];
      }),
  },
  {
    name: 'nothing-lost',
    promise: 'at the end every record of the log was accepted, rejected, or delivered as often as may be',
    check(history, { all, endings }) {
      const lost = history.lasting.flatMap(({ place, offset, isCommitted }) =>
        GROUPS.filter((group) => isCommitted || !group.isCommittedOnly).flatMap(({ id }) => {
          const record = `${id} ${place}@${offset}`;
          const story = all.get(record);
          if (story === undefined) return [`${record} was never delivered`];
          // What was answered with an error did not count; what was never answered may have.
          const isDone = story.acked.some(
            ({ type, code }) => (type === 'accept' || type === 'reject') && (code === 0 || code === undefined),
          );
          if (isDone || timesAtMost(story.acquired, endings) >= DELIVERY_LIMIT) return [];
          return [`${record} was delivered ${story.acquired.length} times, and is gone undone`];
        }),
      );
      return [...history.unfinished, ...lost];
    },
  },
  {
    name: 'counts-rise',
    promise:
      'each delivery counts one more than the one before; of what was before a death of the broker those count that ' +
      'were released, and heard that this was written; none is above the limit',
    check: (_, { all, deaths }) =>
      [...all.values()].flatMap(({ record, acquired, acked }) =>
        acquired.flatMap((one, index) => {
          if (one.times < 1 || one.times > DELIVERY_LIMIT) return [`${record}: delivery ${one.times}`];
          return acquired.slice(0, index).flatMap((before) => {
            if (before.atMs > one.askedMs || before.times < one.times) return [];
            const death = deaths.findLast(({ atMs }) => atMs >= before.askedMs && atMs <= one.atMs);
            const isWritten = acked.some(
              ({ member, type, code, askedMs, atMs }) =>
                member === before.member &&
                type === 'release' &&
                code === 0 &&
                askedMs >= before.atMs &&
                atMs <= (death?.atMs ?? 0),
            );
            if (death !== undefined && !isWritten) return [];
            return [`${record}: ${before.times} at ${before.atMs}, and ${one.times} at ${one.atMs}`];
          });
        }),
      ),
  },
  {
    name: 'one-holder',
    promise: 'nobody gets, and nobody settles, what another holds',
    check(history, stories) {
      return [...stories.all.values()].flatMap((story) => {
        const { place, offset } = placeOfRecord(story.record);
        // What the log has left behind is nobody's any more.
        if (offset < (history.deletedTo.get(place) ?? 0)) return [];
        return holdsOf(story, stories).flatMap(({ member, fromMs, toMs }) => {
          const isWithin = (askedMs: number, atMs: number) => askedMs > fromMs && atMs < toMs;
          const taken = story.acquired.filter((each) => isWithin(each.askedMs, each.atMs));
          const settled = story.acked.filter(
            (each) => each.member !== member && each.code === 0 && isWithin(each.askedMs, each.atMs),
          );
          return [
            ...taken.map((each) => `${story.record}: held by ${member}, and given to ${each.member} at ${each.atMs}`),
            ...settled.map(
              (each) => `${story.record}: held by ${member}, ${each.type} by ${each.member} at ${each.atMs}`,
            ),
          ];
        });
      });
    },
  },
  {
    name: 'start-stays',
    promise: 'where a group begins never goes back, not even by a death of the broker',
    check({ events }) {
      const highest = new Map<string, { startOffset: number; atMs: number }[]>();
      return events.flatMap((event) => {
        if (event.kind !== 'seen') return [];
        const { group, place, startOffset, askedMs, atMs } = event;
        const key = `${group} ${place}`;
        const before = highest.get(key) ?? [];
        highest.set(key, [...before.slice(-3), { startOffset, atMs }]);
        const back = before.find((each) => each.atMs <= askedMs && each.startOffset > startOffset);
        return back === undefined ? [] : [`${key}: from ${back.startOffset} to ${startOffset} at ${atMs}`];
      });
    },
  },
  {
    name: 'committed-only',
    promise: 'a group that reads what is committed gets nothing that was aborted',
    check: ({ values, aborted }, { all }) =>
      [...all.keys()].flatMap((record) => {
        const group = GROUPS.find(({ id }) => id === placeOfRecord(record).group);
        const value = values.get(record);
        if (group?.isCommittedOnly !== true || value === undefined || !aborted.has(value)) return [];
        return [`${record} was aborted: ${value}`];
      }),
  },
  {
    name: 'nothing-odd',
    promise: 'nothing else goes wrong',
    check: ({ odd }) => odd,
  },
];

/** How often the broker may have counted a delivery: an answer that never came may have been one. */
function timesAtMost(
  acquired: readonly { readonly times: number; readonly atMs: number }[],
  endings: Stories['endings'],
): number {
  let most = 0;
  for (const { times, atMs } of acquired) {
    let unheard = 0;
    for (const ended of endings.values()) {
      for (const each of ended) if (each.wasFetching && each.atMs >= atMs) unheard++;
    }
    most = Math.max(most, times + unheard);
  }
  return most;
}

export function checkHistory(history: ShareHistory): Verdict[] {
  const stories = storiesOf(history);
  return SHARE_RULES.map(({ name, check }) => ({
    rule: name,
    violations: check(history, stories).slice(0, VIOLATIONS_MAX),
  }));
}
