import { createTopics } from '../create-topics.ts';
import { expectReadToEnd } from '../group-verdict.ts';
import { groupWays, isLimited, type Way } from '../group-ways.ts';
import { endsAfter, joinMember, type Member, placesOf } from '../member.ts';
import { type Actor, messageOf, type Stage } from '../stage.ts';

const partitions = 12;
const seats = 6;
const moveEveryMs = 1_000;
const chunksPerSecond = 10;
const settleTimeoutMs = 120_000;
const marginMs = 120_000;

export type ChurnOptions = { readonly seconds: number; readonly records: number };

/** A group whose members sit in six places; each second the one that has sat longest leaves, and another comes. */
type Table = {
  readonly group: string;
  readonly sitters: readonly Sitter[];
  readonly all: Member[];
  readonly live: Member[];
};
type Sitter = { readonly actor: Actor; readonly join: Way['join'] };

/**
 * A topic of 12 partitions is written while the members of its groups, of every client that is here, come and go each
 * second: every record is seen, each partition's order is kept, what was committed is not repeated, and at the end
 * nothing lags.
 */
export async function churn(stage: Stage, { seconds, records }: ChurnOptions): Promise<void> {
  const topic = 'churn';
  await createTopics(stage.server.bootstrap, [{ name: topic, partitions }]);
  const tables = [
    tableOf(stage, 'classic', (join) => join.protocol === 'classic' && join.assignor === 'range'),
    tableOf(stage, 'consumer', (join) => join.protocol === 'consumer'),
  ].filter(({ sitters }) => sitters.length > 0);
  const writer = tables[0]?.sitters.find(({ actor }) => !actor.hello.can.includes('ends-with-broker'))?.actor;
  if (writer === undefined) return;
  const moves = Math.max(1, Math.floor(seconds * 1000 - 2 * moveEveryMs) / moveEveryMs);
  for (let seat = 0; seat < seats; seat += 1) await Promise.all(tables.map((table) => sitDown(table, topic)));
  const chunk = Math.ceil(records / (seconds * chunksPerSecond));
  const stream = { topic, partitions, count: records, chunk, pauseMs: 1000 / chunksPerSecond };
  const writing = writer.ask('stream', stream, { timeoutMs: seconds * 1000 + marginMs }).then(
    () => undefined,
    (cause) => messageOf(cause),
  );
  let isOver = false;
  void writing.finally(() => {
    isOver = true;
  });
  let moved = 0;
  for (; moved < moves && !isOver; moved += 1) {
    const nextAt = performance.now() + moveEveryMs;
    await Promise.all(tables.map((table) => move(table, topic)));
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, nextAt - performance.now())));
  }
  const failure = await writing;
  for (const table of tables) {
    await stage.test(writer, `${table.group}: ${records} records while ${moved} members come and go`, async () => {
      if (failure !== undefined) throw new Error(failure);
      return verify(table, topic, records);
    });
  }
}

function tableOf(stage: Stage, group: string, fits: (join: Way['join']) => boolean): Table {
  const comesAndGoes = ({ name }: Actor) => !isLimited(name, 'loses-at-its-end');
  const sitters = stage.actors.filter(comesAndGoes).flatMap((actor) => {
    const way = (groupWays[actor.name] ?? []).find(({ join }) => fits(join));
    return way === undefined ? [] : [{ actor, join: way.join }];
  });
  return { group: `churn.${group}`, sitters, all: [], live: [] };
}

async function sitDown({ group, sitters, all, live }: Table, topic: string): Promise<void> {
  const sitter = sitters[all.length % sitters.length];
  if (sitter === undefined) return;
  const member = await joinMember(sitter.actor, { group, topics: [topic], ...sitter.join }, 'members');
  all.push(member);
  live.push(member);
}

async function move(table: Table, topic: string): Promise<void> {
  const leaving = table.live.shift()?.leave();
  await sitDown(table, topic);
  await leaving;
}

async function verify({ group, sitters, all, live }: Table, topic: string, records: number): Promise<string> {
  const places = placesOf(topic, partitions);
  const isSettled = () => {
    const assigned = live.flatMap((member) => member.assigned);
    return assigned.length === partitions && places.every((place) => assigned.includes(place));
  };
  const ends = endsAfter(topic, partitions, records);
  await expectReadToEnd({ all, live, ends, timeoutMs: settleTimeoutMs, isSettled });
  const asker = sitters.find(({ actor }) => !isLimited(actor.name, 'no-committed'))?.actor;
  const { offsets } = (await asker?.ask('committed', { group, topic, partitions })) ?? { offsets: [] };
  const wanted = [...ends.values()].map(({ end }) => end).join(' ');
  if (offsets.join(' ') !== wanted) throw new Error(`it lags: committed are ${offsets.join(' ')}, not ${wanted}`);
  const taken = all.reduce((sum, { events }) => sum + events.filter(([, what]) => what === 'took').length, 0);
  return `${all.length} members, ${taken - records} records taken again`;
}
