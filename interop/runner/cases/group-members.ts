import { setTimeout as sleep } from 'node:timers/promises';
import type { Join } from '../contract.ts';
import { createTopics } from '../create-topics.ts';
import { groupWays, isLimited } from '../group-ways.ts';
import { isShared, joinMember, type Member, placesOf, takenBy, until } from '../member.ts';
import { type Actor, Skip, type Stage } from '../stage.ts';

type Protocol = Join['protocol'];

/** Whose members may be static, and commit without waiting. Kafka's own client does both in `group-details`. */
const habits: Readonly<Record<string, { readonly static?: readonly Protocol[]; readonly async?: boolean }>> = {
  'confluent-kafka': { static: ['classic', 'consumer'], async: true },
  // A static member of the new protocol says nothing when it is closed: its instance is taken until its session ends.
  'franz-go': { static: ['classic'], async: true },
  sarama: { static: ['classic'] },
  // kafkajs has no group.instance.id.
  kafkajs: { async: true },
  // It leaves its group for good when it is closed, static or not: a process that dies comes back.
  platformatic: { static: ['classic'] },
  'kafka-python': { static: ['classic'], async: true },
  aiokafka: { static: ['classic'], async: true },
};

const partitions = 4;
/** They come in portions, so that there is more than one commit. */
const portions = 10;
const portion = 50;
const records = portions * portion;
/** Longer than members take to hear of a rebalance. */
const silenceMs = 1_500;
/** A fetch brings what has come until then. */
const fetchWaitMs = 120;
const count = (member: Member, what: string) => member.events.filter(([, kind]) => kind === what).length;
const moves = (member: Member) => count(member, 'assigned') + count(member, 'revoked');

/** Static members, and commits that nobody waits for, with every client whose API has them. */
export async function groupMembers(stage: Stage): Promise<void> {
  await Promise.all(
    stage.actors.map(async (actor) => {
      const { static: protocols = [], async: isAsync = false } = habits[actor.name] ?? {};
      for (const protocol of protocols) {
        await stage.test(actor, `${protocol}: a static member comes back, and nobody else notices`, () =>
          comesBack(stage, actor, protocol),
        );
      }
      if (!isAsync) return;
      await stage.test(actor, 'commits without waiting keep their order', () => commitsInOrder(stage, actor));
    }),
  );
}

/**
 * In the classic protocol its process dies. A member of the new one that died holds its instance until its session ends:
 * there it leaves for a while, which its client says with an epoch of its own.
 */
async function comesBack(stage: Stage, actor: Actor, protocol: Protocol): Promise<undefined> {
  const way = (groupWays[actor.name] ?? []).find(({ join }) => join.protocol === protocol);
  if (way === undefined) throw new Skip('it has no members of this protocol');
  const topic = `group-static.${actor.name}.${protocol}`;
  await createTopics(stage.server.bootstrap, [{ name: topic, partitions }]);
  const places = placesOf(topic, partitions);
  const isKilled = protocol === 'classic' && !isLimited(actor.name, 'no-death');
  const join = (instanceId: string, process?: string) =>
    joinMember(actor, { ...way.join, group: topic, topics: [topic], instanceId, sessionTimeoutMs: 20_000 }, process);
  const first = await join('one');
  const second = await join('two', 'doomed');
  const members = [first];
  try {
    await until('they share', [first, second], () => isShared([first, second], places));
    const before = [...second.assigned];
    const movesBefore = moves(first);
    if (isKilled) await actor.kill('doomed');
    else await second.leave();
    const again = await join('two', 'risen');
    members.push(again);
    await until('it has what it had', [again], () => isShared([again], before));
    await sleep(silenceMs);
    await first.look();
    if (moves(first) !== movesBefore)
      throw new Error(`the other was disturbed: ${JSON.stringify(first.events.filter(([, what]) => what !== 'took'))}`);
    if (!isShared([first, again], places)) throw new Error(`the other has ${first.assigned.join(' ')}`);
  } finally {
    for (const member of members) await member.leave().catch(() => {});
  }
  return undefined;
}

async function commitsInOrder(stage: Stage, actor: Actor): Promise<string> {
  const way = groupWays[actor.name]?.[0];
  if (way === undefined) throw new Skip('it joins no groups');
  const topic = `group-async.${actor.name}`;
  await createTopics(stage.server.bootstrap, [{ name: topic, partitions: 1 }]);
  const join = () => joinMember(actor, { ...way.join, group: topic, topics: [topic], commit: 'async' });
  const first = await join();
  await until('it is in', [first], () => isShared([first], placesOf(topic, 1)));
  for (let part = 0; part < portions; part++) {
    await actor.ask('flood', { topic, partitions: 1, first: part * portion, count: portion, codec: 'none' });
    await sleep(fetchWaitMs);
  }
  const committed = () => first.events.flatMap((event) => (event[1] === 'committed' ? [event[3]] : []));
  await until(
    'all is read and committed',
    [first],
    () => takenBy([first]) === records && committed().includes(records),
  );
  await first.leave();
  if (committed().some((offset, index) => offset < (committed()[index - 1] ?? 0)))
    throw new Error('a commit went back');
  const { offsets } = await actor.ask('committed', { group: topic, topic, partitions: 1 });
  if (committed().length < 2) throw new Error('it committed but once');
  if (offsets[0] !== records) throw new Error(`${offsets[0]} is committed`);
  const second = await join();
  try {
    await until('the next has it', [second], () => isShared([second], placesOf(topic, 1)));
    await sleep(silenceMs);
    await second.look();
    if (count(second, 'took') > 0) throw new Error(`${count(second, 'took')} records came again`);
  } finally {
    await second.leave().catch(() => {});
  }
  return `${committed().length} commits`;
}
