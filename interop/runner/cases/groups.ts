import { setTimeout as sleep } from 'node:timers/promises';
import { createTopics } from '../create-topics.ts';
import { expectHistory } from '../group-history.ts';
import { allowanceOf } from '../group-verdict.ts';
import { groupWays, isLimited, type Way } from '../group-ways.ts';
import { endsAfter, isShared, joinMember, type Member, placesOf, takenBy, until, valueAt } from '../member.ts';
import { type Actor, Skip, type Stage } from '../stage.ts';

const partitions = 6;
const portion = 600;
const pausedMs = 600;
const fetchWaitMs = 300;

/** Broker settings under which members hear of each other soon. */
export const lively = {
  'group.initial.rebalance.delay.ms': '200',
  'group.consumer.heartbeat.interval.ms': '500',
  'group.consumer.min.heartbeat.interval.ms': '500',
  'group.consumer.session.timeout.ms': '6000',
  'group.consumer.min.session.timeout.ms': '6000',
};

/** Each client alone in each of its ways: the life of a group of its members, and what they commit. */
export async function groups(stage: Stage): Promise<void> {
  await Promise.all(
    stage.actors.map(async (actor) => {
      const ways = groupWays[actor.name] ?? [];
      if (!actor.hello.can.includes('groups') || ways.length === 0) {
        stage.row(actor, 'groups', { skipped: 'the client joins no groups' });
        return;
      }
      for (const way of ways) await lifeOf(stage, actor, way);
    }),
  );
}

/** One after another: what a test needs of the one before it is gone when that has failed. */
async function lifeOf(stage: Stage, actor: Actor, way: Way): Promise<void> {
  const topic = `groups.${actor.name}.${way.name.replaceAll(' ', '.')}`;
  const group = `${topic}.group`;
  const places = placesOf(topic, partitions);
  const members: Member[] = [];
  let written = 0;
  let hasFailed = false;
  const join = async () => {
    const member = await joinMember(actor, { group, topics: [topic], ...way.join, metadata: 'by interop' });
    members.push(member);
    return member;
  };
  const write = async (count = portion) => {
    await actor.ask('flood', { topic, partitions, first: written, count, codec: 'none' });
    written += count;
  };
  const test = (name: string, run: () => Promise<string | undefined>) =>
    stage.test(actor, `${way.name}: ${name}`, async () => {
      if (hasFailed) throw new Skip('what comes before it has failed');
      try {
        return await run();
      } catch (cause) {
        hasFailed = true;
        throw cause;
      }
    });

  await createTopics(stage.server.bootstrap, [{ name: topic, partitions }]);
  await test('one member reads all', async () => {
    await write();
    const first = await join();
    await until('all is read by one', [first], () => takenBy(members) === written && isShared([first], places));
    return undefined;
  });
  await test('a second member gets its share, and gives it back', async () => {
    const [first] = members;
    if (first === undefined) return undefined;
    const second = await join();
    await until('two share', members, () => isShared(members, places));
    await write();
    await until('two read all', members, () => takenBy(members) === written);
    await second.leave();
    await until('one has it all again', [first], () => isShared([first], places));
    await write();
    await until('one reads on', [first], () => takenBy(members) === written);
    return undefined;
  });
  if (isFirstOfItsKind(actor, way) && !isLimited(actor.name, 'no-death')) {
    await test('a member that dies is replaced when its session ends', async () => {
      const [first] = members;
      if (first === undefined) return undefined;
      const wanted = { group, topics: [topic], ...way.join, sessionTimeoutMs: 6_000 };
      const doomed = await joinMember(actor, wanted, way.name);
      await until('two share', [first, doomed], () => isShared([first, doomed], places));
      await actor.kill(way.name);
      await write();
      await until('one has it all again', [first], () => isShared([first], places));
      await until('one reads all', [first], () => takenBy(members) === written);
      return undefined;
    });
  }
  await test('its commits are there for the next', async () => {
    await members[0]?.leave();
    await expectCommitted(actor, group, topic, written, way);
    await write();
    const third = await join();
    await until('the next reads on', [third], () => takenBy([third]) === portion);
    return undefined;
  });
  await test('nothing skipped, nothing repeated, order kept', async () => {
    const history = new Map(members.map(({ name, events }) => [name, events]));
    expectHistory(history, endsAfter(topic, partitions, written), valueAt(partitions), allowanceOf(members));
    return undefined;
  });
  const last = members.at(-1);
  if (last === undefined) return;
  await byHand({ actor, member: last, group, topic, write, test });
  await last.leave();
}

function isFirstOfItsKind(actor: Actor, way: Way): boolean {
  return (groupWays[actor.name] ?? []).find(({ join }) => join.protocol === way.join.protocol) === way;
}

async function expectCommitted(actor: Actor, group: string, topic: string, written: number, way: Way): Promise<void> {
  if (isLimited(actor.name, 'no-committed')) return;
  const { offsets, metadata } = await actor.ask('committed', { group, topic, partitions });
  const wanted = [...endsAfter(topic, partitions, written).values()].map(({ end }) => end);
  if (offsets.join() !== wanted.join())
    throw new Error(`${way.name}: committed are ${offsets.join(' ')}, not ${wanted.join(' ')}`);
  if (!isLimited(actor.name, 'no-metadata') && metadata.some((text) => text !== 'by interop'))
    throw new Error(`the metadata of the commits is ${JSON.stringify(metadata)}`);
}

type Hands = {
  readonly actor: Actor;
  readonly member: Member;
  readonly group: string;
  readonly topic: string;
  write(count?: number): Promise<void>;
  test(name: string, run: () => Promise<string | undefined>): Promise<void>;
};

async function byHand({ actor, member, group, topic, write, test }: Hands): Promise<void> {
  const took = () => member.events.filter(([, what]) => what === 'took').length;
  if (!isLimited(actor.name, 'no-pause')) {
    await test('pauses and resumes', async () => {
      await member.tell({ what: 'pause' });
      // A fetch that is under way may still bring something.
      await sleep(fetchWaitMs);
      const before = took();
      await write(partitions);
      await sleep(pausedMs);
      await member.look();
      if (took() !== before) throw new Error(`${took() - before} records were taken while it was paused`);
      await member.tell({ what: 'resume' });
      await until('it resumes', [member], () => took() === before + partitions);
      return undefined;
    });
  }
  if (!isLimited(actor.name, 'no-seek')) {
    await test('seeks', async () => {
      const seenUntilNow = member.events.length;
      await member.tell({ what: 'seek', topic, partition: 2, offset: 10 });
      const isAtTen = ([, what, place, offset]: (typeof member.events)[number]) =>
        what === 'took' && place === `${topic}-2` && offset === 10;
      await until('it seeks', [member], () => member.events.slice(seenUntilNow).some(isAtTen));
      return undefined;
    });
  }
  if (!isLimited(actor.name, 'no-commit-by-hand')) {
    await test('commits by hand, with metadata', async () => {
      await member.tell({ what: 'commit', topic, partition: 3, offset: 42, metadata: 'by hand' });
      const { offsets, metadata } = await actor.ask('committed', { group, topic, partitions });
      const text = isLimited(actor.name, 'no-metadata') ? '' : 'by hand';
      if (offsets[3] !== 42 || metadata[3] !== text) throw new Error(`committed: ${offsets[3]} ${metadata[3]}`);
      return undefined;
    });
  }
}
