import type { Acked, Acquired, Died, Ended, ShareEvent, ShareHistory } from './history.ts';
import { LOCK_MS } from './world.ts';

/** All that happened to one record for one group, in the order in which it was told. */
export interface RecordStory {
  readonly record: string;
  readonly acquired: readonly Acquired[];
  readonly acked: readonly Acked[];
}

/** While a member held a record, without any doubt. */
export interface Hold {
  readonly member: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** What many rules ask of a history, made once. */
export interface Stories {
  readonly all: ReadonlyMap<string, RecordStory>;
  readonly deaths: readonly Died[];
  readonly endings: ReadonlyMap<string, readonly Ended[]>;
}

export function storiesOf({ events }: ShareHistory): Stories {
  const all = new Map<string, { record: string; acquired: Acquired[]; acked: Acked[] }>();
  const endings = new Map<string, Ended[]>();
  const storyOf = (record: string) => {
    const story = all.get(record) ?? { record, acquired: [], acked: [] };
    all.set(record, story);
    return story;
  };
  for (const event of events) {
    if (event.kind === 'acquired') storyOf(event.record).acquired.push(event);
    else if (event.kind === 'acked') storyOf(event.record).acked.push(event);
    else if (event.kind === 'ended') {
      const known = endings.get(event.member);
      if (known === undefined) endings.set(event.member, [event]);
      else known.push(event);
    }
  }
  return { all, deaths: events.filter((event: ShareEvent) => event.kind === 'died'), endings };
}

/** From when the member had it until it could have lost it at the earliest. */
export function holdsOf({ acquired, acked }: RecordStory, { deaths, endings }: Stories): Hold[] {
  return acquired.map((one) => {
    const { member, askedMs, atMs } = one;
    const said = acked.filter((each) => each.member === member && each.askedMs >= atMs);
    let toMs = askedMs + LOCK_MS;
    for (const { type, code, askedMs: saidMs } of said) {
      if (type !== 'renew') {
        toMs = Math.min(toMs, saidMs);
        break;
      }
      if (code === 0 && saidMs < toMs) toMs = saidMs + LOCK_MS;
      else break;
    }
    const ended = endings.get(member)?.find((each) => each.atMs >= atMs)?.atMs ?? Number.POSITIVE_INFINITY;
    const died = deaths.find((each) => each.atMs >= askedMs)?.atMs ?? Number.POSITIVE_INFINITY;
    return { member, fromMs: atMs, toMs: Math.min(toMs, ended, died) };
  });
}

/** The broker has written that the record is done. */
export function isFinal({ type, code }: Acked): boolean {
  return code === 0 && (type === 'accept' || type === 'reject');
}

export function placeOfRecord(record: string): { group: string; place: string; offset: number } {
  const [group = '', rest = ''] = record.split(' ');
  const at = rest.lastIndexOf('@');
  return { group, place: rest.slice(0, at), offset: Number(rest.slice(at + 1)) };
}
