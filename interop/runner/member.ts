import type { Fault, Join, MemberEvent, MemberLook } from './contract.ts';
import type { Actor } from './stage.ts';

/** A member of a group, run by a client's program, and all that it has told. */
export type Member = {
  readonly name: string;
  readonly actor: Actor;
  readonly events: readonly MemberEvent[];
  readonly assigned: readonly string[];
  readonly fault: Fault | undefined;
  look(): Promise<void>;
  tell(request: object): Promise<void>;
  leave(): Promise<void>;
};

const lookEveryMs = 150;
const askTimeoutMs = 60_000;
let made = 0;

/** `inProcess` names the program of the actor that is to run the member; each of its members has its own consumer. */
export async function joinMember(actor: Actor, join: Join, inProcess = 'first'): Promise<Member> {
  made += 1;
  const name = `${actor.name} ${made}`;
  const events: MemberEvent[] = [];
  let assigned: readonly string[] = [];
  let fault: Fault | undefined;
  const ask = actor.askIn(inProcess);
  const hear = (seen: MemberLook) => {
    events.push(...seen.events);
    assigned = seen.assigned;
    fault = seen.fault;
  };
  await ask('join', { member: name, ...join }, { timeoutMs: askTimeoutMs });
  return {
    name,
    actor,
    events,
    get assigned() {
      return assigned;
    },
    get fault() {
      return fault;
    },
    look: async () => hear(await ask('look', { member: name }, { timeoutMs: askTimeoutMs })),
    tell: async (request) => {
      await ask('tell', { member: name, ...request }, { timeoutMs: askTimeoutMs });
    },
    leave: async () => hear(await ask('leave', { member: name }, { timeoutMs: askTimeoutMs })),
  };
}

/** Looks at the members until `holds`, or says what they were at when the time was over. */
export async function until(
  what: string,
  members: readonly Member[],
  holds: () => boolean,
  timeoutMs = 45_000,
): Promise<void> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    for (const member of members) await member.look();
    if (holds()) return;
    const broken = members.find(({ fault }) => fault !== undefined);
    if (broken?.fault !== undefined || performance.now() > end) {
      throw new Error(`${what}: not within ${timeoutMs} ms\n${members.map(describe).join('\n')}`);
    }
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}

export function describe({ name, assigned, events, fault }: Member): string {
  const count = (kind: MemberEvent[1]) => events.filter(([, what]) => what === kind).length;
  const failures = events.flatMap((event) => (event[1] === 'failed' ? [event.slice(2).join(' ')] : []));
  const said = [
    `${name}: has [${assigned.join(' ')}]`,
    `took ${count('took')}`,
    `${count('committed')} commits`,
    `${failures.length} failures${failures.length > 0 ? ` (${[...new Set(failures)].slice(0, 4).join('; ')})` : ''}`,
  ];
  if (fault !== undefined) said.push(`ended by ${fault.type} ${fault.code} ${fault.message}`);
  return said.join(', ');
}

export const takenBy = (members: readonly Member[]): number => {
  const seen = new Set<string>();
  for (const { events } of members) {
    for (const [, what, place, offset] of events) if (what === 'took') seen.add(`${place}@${offset}`);
  }
  return seen.size;
};

/** Whether the members share these partitions without overlap, each its even share. */
export function isShared(members: readonly Member[], places: readonly string[]): boolean {
  const all = members.flatMap(({ assigned }) => assigned);
  const least = Math.floor(places.length / members.length);
  const isEven = members.every(({ assigned }) => assigned.length >= least && assigned.length <= least + 1);
  return isEven && all.length === places.length && places.every((place) => all.includes(place));
}

export const placesOf = (topic: string, partitions: number): string[] =>
  Array.from({ length: partitions }, (_, partition) => `${topic}-${partition}`);

/** `flood` and `stream` put record i into partition i mod `partitions`: so place and offset say the value. */
export function valueAt(partitions: number): (place: string, offset: number) => number {
  return (place, offset) => offset * partitions + Number(place.slice(place.lastIndexOf('-') + 1));
}

/** The ends of the partitions after `count` records of `flood` or `stream`. */
export function endsAfter(topic: string, partitions: number, count: number) {
  return new Map(
    placesOf(topic, partitions).map((place, partition) => [
      place,
      { start: 0, end: Math.ceil((count - partition) / partitions) },
    ]),
  );
}
