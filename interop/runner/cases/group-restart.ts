import { createTopics } from '../create-topics.ts';
import { expectHistory } from '../group-history.ts';
import { allowanceOf } from '../group-verdict.ts';
import { groupWays, type Way } from '../group-ways.ts';
import { endsAfter, joinMember, type Member, placesOf, takenBy, until, valueAt } from '../member.ts';
import { type Actor, messageOf, type Stage } from '../stage.ts';

const partitions = 4;
const stream = { count: 4_000, chunk: 40, pauseMs: 60 };
const underWay = stream.count / 8;
const streamTimeoutMs = 180_000;
const settleTimeoutMs = 120_000;

export const groupRestart = (stage: Stage) => throughRestart(stage, 'SIGTERM');
export const groupCrash = (stage: Stage) => throughRestart(stage, 'SIGKILL');

type Group = { readonly way: Way; readonly name: string; readonly members: readonly Member[] };
type Play = { readonly actor: Actor; readonly topic: string; readonly groups: readonly Group[] };

/**
 * Two members of each client, in a classic group and in one of the new protocol, read what their client writes while the
 * broker ends and starts again. Nobody joins anew by hand: the members' own ways to bear it must do.
 */
async function throughRestart(stage: Stage, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  const actors = stage.actors.filter(
    ({ hello }) => hello.can.includes('groups') && !hello.can.includes('ends-with-broker'),
  );
  const plays: Play[] = [];
  for (const actor of actors) {
    const topic = `group-restart.${actor.name}`;
    await createTopics(stage.server.bootstrap, [{ name: topic, partitions }]);
    const ways = groupWays[actor.name] ?? [];
    const chosen = [
      ways.find(({ join }) => join.protocol === 'classic'),
      ways.find(({ join }) => join.protocol === 'consumer'),
    ];
    const groups: Group[] = [];
    for (const way of chosen) {
      if (way === undefined) continue;
      const name = `${topic}.${way.name}`.replaceAll(' ', '.');
      const join = () => joinMember(actor, { group: name, topics: [topic], ...way.join }, 'members');
      groups.push({ way, name, members: [await join(), await join()] });
    }
    plays.push({ actor, topic, groups });
  }
  for (const { groups } of plays) for (const { name, members } of groups) await settle(name, members);
  const streams = plays.map(({ actor, topic }) => startStream(actor, topic));
  await Promise.all(streams.map(({ isUnderWay }) => isUnderWay));
  await stage.server.end(signal);
  await stage.server.startAgain();
  const failures = await Promise.all(streams.map(({ ended }) => ended));
  await Promise.all(plays.map((play, index) => afterwards(stage, play, failures[index])));
}

async function settle(group: string, members: readonly Member[]): Promise<void> {
  const isSettled = () => members.flatMap(({ assigned }) => assigned).length === partitions;
  await until(`${group} is settled`, members, isSettled);
}

function startStream(actor: Actor, topic: string) {
  const started = Promise.withResolvers<void>();
  const onProgress = (acked: number) => {
    if (acked >= underWay) started.resolve();
  };
  const request = { topic, partitions, ...stream };
  const ended = actor
    .ask('stream', request, { timeoutMs: streamTimeoutMs, onProgress })
    .then(() => undefined, messageOf);
  return { ended, isUnderWay: Promise.race([started.promise, ended]) };
}

async function afterwards(stage: Stage, { actor, topic, groups }: Play, failure: string | undefined): Promise<void> {
  await stage.test(actor, 'writes while the broker restarts', async () => {
    if (failure !== undefined) throw new Error(failure);
    return undefined;
  });
  const ends = endsAfter(topic, partitions, stream.count);
  for (const { way, name, members } of groups) {
    await stage.test(actor, `${way.name}: its members read on after the broker is back`, async () => {
      await until('all is read', members, () => takenBy(members) === stream.count, settleTimeoutMs);
      await until('it is settled', members, () => sharesAll(members, topic));
      return undefined;
    });
    await stage.test(actor, `${way.name}: nothing skipped, and what was committed not repeated`, async () => {
      const history = new Map(members.map(({ name: member, events }) => [member, events]));
      expectHistory(history, ends, valueAt(partitions), allowanceOf(members));
      return undefined;
    });
    await stage.test(actor, `${way.name}: its commits are kept`, async () => {
      for (const member of members) await member.leave();
      const { offsets } = await actor.ask('committed', { group: name, topic, partitions });
      const wanted = [...ends.values()].map(({ end }) => end).join(' ');
      if (offsets.join(' ') !== wanted) throw new Error(`committed are ${offsets.join(' ')}, not ${wanted}`);
      return undefined;
    });
  }
}

function sharesAll(members: readonly Member[], topic: string): boolean {
  const all = members.flatMap(({ assigned }) => assigned);
  return all.length === partitions && placesOf(topic, partitions).every((place) => all.includes(place));
}
