import type { Fault, Join } from '../contract.ts';
import { createTopics } from '../create-topics.ts';
import { expectedGroupErrors, type GroupErrorKind, groupErrorKinds } from '../expected-group-errors.ts';
import { groupWays } from '../group-ways.ts';
import { isShared, joinMember, type Member, placesOf, until } from '../member.ts';
import type { Actor, Stage } from '../stage.ts';

const existing = 'group-errors.existing';
const silenceMs = 12_000;
const lookEveryMs = 200;

/** What goes wrong in a group is seen as the client's own kind of error. The server makes no topics by itself here. */
export async function groupErrors(stage: Stage): Promise<void> {
  await createTopics(stage.server.bootstrap, [{ name: existing, partitions: 2 }]);
  await Promise.all(
    stage.actors.filter(({ hello }) => hello.can.includes('groups')).map((actor) => errorsOf(stage, actor)),
  );
}

async function errorsOf(stage: Stage, actor: Actor): Promise<void> {
  const expected = expectedGroupErrors[actor.name] ?? {};
  const group = `group-errors.${actor.name}`;
  const first = groupWays[actor.name]?.[0];
  if (first === undefined) return;
  const members: Member[] = [];
  for (const kind of groupErrorKinds) {
    const pattern = expected[kind];
    if (typeof pattern === 'string') {
      stage.row(actor, kind, { skipped: pattern });
      continue;
    }
    await stage.test(actor, kind, async () => {
      if (members.length === 0) {
        const live = await joinMember(actor, { group, topics: [existing], ...first.join });
        members.push(live);
        await until('it has the topic', [live], () => isShared([live], placesOf(existing, 2)));
      }
      const said = await provoked(actor, group, kind, first.join, pattern);
      if (pattern === undefined) throw new Error(`nothing is expected of this; the client said: ${said}`);
      if (!pattern.test(said)) throw new Error(`${said}\nis not ${pattern}`);
      return said.slice(0, 140);
    });
  }
  for (const member of members) await member.leave();
}

const text = ({ type, code, message }: Fault) => `${type} ${code} ${message}`;

function provoked(
  actor: Actor,
  group: string,
  kind: GroupErrorKind,
  way: Omit<Join, 'group' | 'topics'>,
  pattern: RegExp | undefined,
): Promise<string> {
  const provoke = async (request: object) => text(await actor.ask('provoke', { topic: existing, group, ...request }));
  const join = (wanted: Partial<Join>) =>
    complaint(actor, { ...way, group: `${group}.${kind}`, topics: [existing], ...wanted }, pattern);
  switch (kind) {
    case 'commitAsStranger':
      return provoke({ kind });
    case 'commitUnknownTopic':
      return provoke({ kind, group: `${group}.${kind}`, topic: 'group-errors.none' });
    case 'longMetadata':
      return provoke({ kind, group: `${group}.${kind}` });
    case 'deleteLiveGroup':
      return provoke({ kind: 'deleteGroup' });
    case 'deleteUnknownGroup':
      return provoke({ kind: 'deleteGroup', group: `${group}.${kind}` });
    case 'subscribeUnknownTopic':
      return join({ topics: ['group-errors.none'] });
    case 'noCommonAssignor':
      return join({ group, assignor: otherAssignor(actor, way) });
    case 'shortSession':
      return join({ sessionTimeoutMs: 1_000 });
    case 'emptyGroupId':
      return join({ group: '' });
    case 'unknownAssignor':
      return join({ protocol: 'consumer', assignor: 'no-such-assignor' });
    case 'takenInstanceId':
      return takenInstance(actor, { ...way, group: `${group}.${kind}`, topics: [existing], instanceId: 'me' }, pattern);
  }
}

function otherAssignor(actor: Actor, { assignor }: Omit<Join, 'group' | 'topics'>): string {
  const ways = (groupWays[actor.name] ?? []).map(({ join }) => join);
  const other = ways.find((way) => way.protocol === 'classic' && way.assignor !== assignor);
  if (other?.assignor === undefined) throw new Error('it has one assignor only');
  return other.assignor;
}

/** Of two members with one instance id, the first is told that it is fenced. */
async function takenInstance(actor: Actor, join: Join, pattern: RegExp | undefined): Promise<string> {
  const first = await joinMember(actor, join);
  await until('it has the topic', [first], () => isShared([first], placesOf(existing, 2)));
  const second = await joinMember(actor, join);
  try {
    return await complaintOf(first, pattern);
  } finally {
    await first.leave();
    await second.leave();
  }
}

async function complaint(actor: Actor, join: Join, pattern: RegExp | undefined): Promise<string> {
  let member: Member;
  try {
    member = await joinMember(actor, join);
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause);
  }
  try {
    return await complaintOf(member, pattern);
  } finally {
    await member.leave();
  }
}

/** What the member says that it cannot get past, or has failed at. */
async function complaintOf(member: Member, pattern: RegExp | undefined): Promise<string> {
  const end = performance.now() + silenceMs;
  for (;;) {
    await member.look();
    const failures = member.events.flatMap((event) => (event[1] === 'failed' ? [event.slice(2).join(' ')] : []));
    const said = [...(member.fault === undefined ? [] : [text(member.fault)]), ...failures];
    const match = said.find((one) => pattern?.test(one) ?? true);
    if (match !== undefined) return match;
    if (performance.now() > end) return said[0] ?? 'nothing';
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}
