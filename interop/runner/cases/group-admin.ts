import { createTopics } from '../create-topics.ts';
import { groupWays } from '../group-ways.ts';
import { isShared, joinMember, type Member, placesOf, takenBy, until } from '../member.ts';
import type { Actor, Stage } from '../stage.ts';

const partitions = 3;
const records = 30;

/** Each client's admin calls for groups, on a classic group, one of the new protocol, and one without members. */
export async function groupAdmin(stage: Stage): Promise<void> {
  const actors = stage.actors.filter(({ hello }) => hello.can.includes('groups') && hello.can.includes('admin'));
  await Promise.all(actors.map((actor) => adminOf(stage, actor)));
}

async function adminOf(stage: Stage, actor: Actor): Promise<void> {
  const isNew = (one: Actor) => (groupWays[one.name] ?? []).some(({ join }) => join.protocol === 'consumer');
  // Who has no members of the new protocol itself asks about another's.
  const other = [actor, ...stage.actors].find(isNew);
  const classicWay = groupWays[actor.name]?.[0];
  if (other === undefined || classicWay === undefined) {
    stage.row(actor, 'group-admin', { skipped: 'no client is here that has members of the new protocol' });
    return;
  }
  const topic = `group-admin.${actor.name}`;
  const group = (kind: string) => `${topic}.${kind}`;
  await createTopics(stage.server.bootstrap, [{ name: topic, partitions }]);
  const members: Member[] = [];
  const join = async (who: Actor, kind: string, way: typeof classicWay.join) => {
    const member = await joinMember(who, { group: group(kind), topics: [topic], ...way }, `admin of ${actor.name}`);
    members.push(member);
    const places = placesOf(topic, partitions);
    await until(`${kind} is read`, [member], () => isShared([member], places) && takenBy([member]) === records);
    return member;
  };
  await stage.test(actor, 'group-admin', async () => {
    await actor.ask('flood', { topic, partitions, count: records, codec: 'none' });
    await (await join(actor, 'empty', classicWay.join)).leave();
    members.pop();
    await join(actor, 'classic', classicWay.join);
    await join(other, 'consumer', { protocol: 'consumer' });
    const groups = { classic: group('classic'), consumer: group('consumer'), empty: group('empty') };
    const { checks } = await actor.ask('groupAdmin', { topic, partitions, ...groups }, { timeoutMs: 120_000 });
    for (const { name, ...outcome } of checks) stage.row(actor, name, outcome);
    if (checks.length === 0) throw new Error('the client checked nothing');
    return `${checks.length} checks`;
  });
  for (const member of members) await member.leave();
}
