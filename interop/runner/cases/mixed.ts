import { createTopics } from '../create-topics.ts';
import { expectReadToEnd } from '../group-verdict.ts';
import { groupWays, isLimited } from '../group-ways.ts';
import { endsAfter, isShared, joinMember, type Member, placesOf, until } from '../member.ts';
import { type Actor, messageOf, type Stage } from '../stage.ts';

const partitions = 12;
const stream = { count: 6_000, chunk: 60, pauseMs: 50 };
const assignors = ['range', 'roundrobin', 'cooperative-sticky', 'sticky'] as const;
const least = 2;
const timeoutMs = 90_000;

/** One classic group holds members of all clients that share an assignor: whoever leads it must understand the rest. */
export async function mixed(stage: Stage): Promise<void> {
  for (const assignor of assignors) {
    const actors = stage.actors.filter((actor) =>
      (groupWays[actor.name] ?? []).some(({ join }) => join.protocol === 'classic' && join.assignor === assignor),
    );
    const writer = actors.find(({ hello }) => !hello.can.includes('ends-with-broker'));
    if (writer === undefined || actors.length < least) continue;
    await stage.test(writer, `${assignor}: ${actors.map(({ name }) => name).join(', ')}`, () =>
      playTogether(stage, writer, actors, assignor),
    );
  }
}

async function playTogether(stage: Stage, writer: Actor, actors: readonly Actor[], assignor: string): Promise<string> {
  const topic = `mixed.${assignor}`;
  await createTopics(stage.server.bootstrap, [{ name: topic, partitions }]);
  const places = placesOf(topic, partitions);
  const all: Member[] = [];
  const live = new Map<Actor, Member>();
  const join = async (actor: Actor) => {
    const way = { protocol: 'classic', assignor } as const;
    const member = await joinMember(actor, { group: topic, topics: [topic], ...way }, 'members');
    all.push(member);
    live.set(actor, member);
  };
  const settled = (what: string) =>
    until(what, [...live.values()], () => isShared([...live.values()], places), timeoutMs);
  for (const actor of actors) await join(actor);
  await settled('all have joined');
  const writing = writer.ask('stream', { topic, partitions, ...stream }, { timeoutMs }).then(
    () => undefined,
    (cause) => messageOf(cause),
  );
  // Each leaves once, so that each client's members lead the group in their turn.
  for (const actor of actors.filter(({ name }) => !isLimited(name, 'loses-at-its-end'))) {
    await live
      .get(actor)
      ?.leave()
      .catch((cause: unknown) => {
        throw new Error(`${actor.name}: ${messageOf(cause)}`, { cause });
      });
    live.delete(actor);
    await settled(`${actor.name} has left`);
    await join(actor);
    await settled(`${actor.name} is back`);
  }
  const failure = await writing;
  if (failure !== undefined) throw new Error(failure);
  const ends = endsAfter(topic, partitions, stream.count);
  await expectReadToEnd({ all, live: [...live.values()], ends, timeoutMs });
  return `${all.length} members in turn`;
}
