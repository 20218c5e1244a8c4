import { createTopics } from '../create-topics.ts';
import { expectReadToEnd } from '../group-verdict.ts';
import { groupWays } from '../group-ways.ts';
import { endsAfter, isShared, joinMember, type Member, placesOf, until } from '../member.ts';
import { type Actor, messageOf, type Stage } from '../stage.ts';

const partitions = 6;
const stream = { count: 6_000, chunk: 60, pauseMs: 80 };
const timeoutMs = 90_000;
const membersMax = 3;

/** A group is upgraded member by member to the new protocol while records flow, and then member by member back. */
export async function upgrade(stage: Stage): Promise<void> {
  const actors = stage.actors.filter(({ name }) =>
    (groupWays[name] ?? []).some(({ join }) => join.protocol === 'consumer'),
  );
  const [writer] = actors;
  if (writer === undefined) return;
  for (const assignor of ['range', 'cooperative-sticky'] as const) {
    const has = actors.filter(({ name }) => (groupWays[name] ?? []).some(({ join }) => join.assignor === assignor));
    const members = Array.from({ length: membersMax }, (_, index) => has[index % has.length] ?? writer);
    const names = members.map(({ name }) => name).join(', ');
    await stage.test(writer, `${assignor} to the new protocol and back: ${names}`, () =>
      upgradeAndBack(stage, writer, members, assignor),
    );
  }
}

async function upgradeAndBack(
  stage: Stage,
  writer: Actor,
  actors: readonly Actor[],
  assignor: string,
): Promise<undefined> {
  const topic = `upgrade.${assignor}`;
  await createTopics(stage.server.bootstrap, [{ name: topic, partitions }]);
  const places = placesOf(topic, partitions);
  const all: Member[] = [];
  const live: (Member | undefined)[] = actors.map(() => undefined);
  const present = () => live.filter((member) => member !== undefined);
  const place = async (index: number, protocol: 'classic' | 'consumer') => {
    const actor = actors[index] ?? writer;
    await live[index]?.leave();
    const way = protocol === 'classic' ? { protocol, assignor } : { protocol };
    const member = await joinMember(actor, { group: topic, topics: [topic], ...way }, 'members');
    all.push(member);
    live[index] = member;
  };
  const settled = (what: string) => until(what, present(), () => isShared(present(), places), timeoutMs);
  for (const index of actors.keys()) await place(index, 'classic');
  await settled('all have joined');
  const writing = writer.ask('stream', { topic, partitions, ...stream }, { timeoutMs }).then(
    () => undefined,
    (cause) => messageOf(cause),
  );
  for (const protocol of ['consumer', 'classic'] as const) {
    for (const index of actors.keys()) {
      await place(index, protocol);
      await settled(`member ${index + 1} has become ${protocol}`);
    }
  }
  const failure = await writing;
  if (failure !== undefined) throw new Error(failure);
  const ends = endsAfter(topic, partitions, stream.count);
  await expectReadToEnd({ all, live: present(), ends, timeoutMs });
  return undefined;
}
