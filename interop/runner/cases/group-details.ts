import { setTimeout as sleep } from 'node:timers/promises';
import type { Join } from '../contract.ts';
import { createTopics } from '../create-topics.ts';
import { isShared, joinMember, type Member, placesOf, takenBy, until } from '../member.ts';
import type { Actor, Stage } from '../stage.ts';

type Wish = Partial<Join> & { readonly protocol: Join['protocol'] };
type Scene = {
  readonly protocol: Join['protocol'];
  /** A new topic of the test, with records 0 … `records`−1. */
  topic(partitions: number, records?: number, name?: string): Promise<string>;
  join(wish: Partial<Join> & { readonly topics: readonly string[] }): Promise<Member>;
  tool(name: string, ...args: string[]): Promise<void>;
};
type Test = {
  readonly name: string;
  readonly only?: Join['protocol'];
  run(scene: Scene): Promise<void>;
};

const silenceMs = 1_500;
const has = (member: Member, ...places: readonly string[]) =>
  until(`${member.name} has ${places.join(' ')}`, [member], () => isShared([member], places));
const count = (member: Member, what: string) => member.events.filter(([, kind]) => kind === what).length;

const tests: readonly Test[] = [
  {
    name: 'a pattern of RE2 takes in topics as they come',
    only: 'consumer',
    async run({ topic, join }) {
      const first = await topic(1, 0, 'fruit-apple');
      await topic(1, 0, 'vegetable-leek');
      const member = await join({ topics: [], re2: `${first.slice(0, -'apple'.length)}[a-z]+` });
      await has(member, `${first}-0`);
      const second = await topic(2, 0, 'fruit-banana');
      await has(member, `${first}-0`, ...placesOf(second, 2));
    },
  },
  {
    name: 'what is no pattern of RE2 is refused',
    only: 'consumer',
    async run({ join }) {
      const member = await join({ topics: [], re2: '(?=a)b' });
      await fails(member, /^InvalidRegularExpression 128 /);
    },
  },
  {
    name: "a pattern of the client's own takes in topics as they come",
    async run({ topic, join }) {
      const first = await topic(1, 0, 'fruit-apple');
      await topic(1, 0, 'vegetable-leek');
      const member = await join({ topics: [], pattern: `${first.slice(0, -'apple'.length)}[a-z]+` });
      await has(member, `${first}-0`);
      const second = await topic(2, 0, 'fruit-banana');
      await has(member, `${first}-0`, ...placesOf(second, 2));
    },
  },
  {
    name: 'new partitions are noticed, and those of a deleted topic are given up',
    async run({ topic, join, tool }) {
      const [one, other] = [await topic(2, 0, 'one'), await topic(1, 0, 'other')];
      const member = await join({ topics: [one, other] });
      await has(member, ...placesOf(one, 2), `${other}-0`);
      await tool('TopicCommand', '--alter', '--topic', one, '--partitions', '4');
      await has(member, ...placesOf(one, 4), `${other}-0`);
      await tool('TopicCommand', '--delete', '--topic', other);
      await has(member, ...placesOf(one, 4));
    },
  },
  {
    name: 'a topic that is not there yet is taken in when it comes',
    async run({ topic, join }) {
      const present = await topic(1, 0, 'present');
      const late = present.replace(/present$/, 'late');
      const member = await join({ topics: [present, late] });
      await has(member, `${present}-0`);
      await topic(2, 0, 'late');
      await has(member, `${present}-0`, ...placesOf(late, 2));
    },
  },
  {
    name: 'where nothing is committed, auto.offset.reset decides',
    async run({ topic, join }) {
      const one = await topic(1, 20);
      const member = (reset: string) =>
        join({ topics: [one], group: `${one}.${reset}`, settings: { 'auto.offset.reset': reset } });
      const [earliest, latest, byDuration, none] = [
        await member('earliest'),
        await member('latest'),
        await member('by_duration:PT1H'),
        await member('none'),
      ];
      await until(
        'the beginning',
        [earliest, byDuration],
        () => takenBy([earliest]) === 20 && takenBy([byDuration]) === 20,
      );
      await fails(none, /^NoOffsetForPartitionException /);
      await has(latest, `${one}-0`);
      if (count(latest, 'took') > 0) throw new Error('latest began too early');
    },
  },
  {
    name: 'who stays away from poll for too long loses its partitions, and may not commit; then it comes back',
    async run({ topic, join }) {
      const one = await topic(2, 10);
      const slow = await join({ topics: [one], settings: { 'max.poll.interval.ms': '1500' } });
      await has(slow, ...placesOf(one, 2));
      await slow.tell({ what: 'sleep', offset: 6_000 });
      const other = await join({ topics: [one] });
      await has(other, ...placesOf(one, 2));
      await until('both share again', [slow, other], () => isShared([slow, other], placesOf(one, 2)));
      if (count(slow, 'lost') === 0) throw new Error('it was not told that it had lost its partitions');
    },
  },
  {
    name: 'a static member that comes back in time finds its partitions, and nobody else notices',
    async run({ topic, join }) {
      const one = await topic(4, 0);
      const [first, second] = [
        await join({ topics: [one], instanceId: 'first' }),
        await join({ topics: [one], instanceId: 'second' }),
      ];
      await until('they share', [first, second], () => isShared([first, second], placesOf(one, 4)));
      const before = [...second.assigned];
      const moves = count(first, 'assigned') + count(first, 'revoked');
      await second.leave();
      const again = await join({ topics: [one], instanceId: 'second' });
      await has(again, ...before);
      await sleep(silenceMs);
      await first.look();
      if (count(first, 'assigned') + count(first, 'revoked') !== moves) throw new Error('the other was disturbed');
    },
  },
  {
    name: 'a static member that stays away is replaced when its session ends',
    async run({ topic, join }) {
      const one = await topic(2, 0);
      const first = await join({ topics: [one], instanceId: 'first', sessionTimeoutMs: 6_000 });
      const second = await join({ topics: [one], instanceId: 'second', sessionTimeoutMs: 6_000 });
      await until('they share', [first, second], () => isShared([first, second], placesOf(one, 2)));
      await second.leave();
      await has(first, ...placesOf(one, 2));
    },
  },
  {
    name: 'a member changes what it subscribes to, and unsubscribes',
    async run({ topic, join }) {
      const [one, other] = [await topic(2, 0, 'one'), await topic(2, 0, 'other')];
      const member = await join({ topics: [one] });
      await has(member, ...placesOf(one, 2));
      await member.tell({ what: 'subscribe', topics: [one, other] });
      await has(member, ...placesOf(one, 2), ...placesOf(other, 2));
      await member.tell({ what: 'subscribe', topics: [other] });
      await has(member, ...placesOf(other, 2));
    },
  },
  {
    name: 'a rebalance can be asked for',
    only: 'classic',
    async run({ topic, join }) {
      const one = await topic(2, 0);
      const member = await join({ topics: [one] });
      await has(member, ...placesOf(one, 2));
      await member.tell({ what: 'metadata' });
      await member.tell({ what: 'enforceRebalance' });
      await until('it is assigned again', [member], () => count(member, 'assigned') === 4);
      await member.tell({ what: 'metadata' });
      await member.look();
      const [first, second] = member.events.filter(([, what]) => what === 'is');
      if (first?.[2] !== second?.[2] || first?.[3] !== 1 || second?.[3] !== 2)
        throw new Error(`member and generation were ${first?.slice(2)}, then ${second?.slice(2)}`);
    },
  },
  {
    name: 'from eager to cooperative by two rolls, as the documentation of Kafka says',
    only: 'classic',
    async run({ topic, join }) {
      const one = await topic(4, 40);
      const wish = (assignor: string) => ({ topics: [one], assignor });
      let members = [await join(wish('range')), await join(wish('range'))];
      for (const assignor of ['cooperative-sticky,range', 'cooperative-sticky']) {
        for (const place of members.keys()) {
          await members[place]?.leave();
          members = members.with(place, await join(wish(assignor)));
          await until('they share', members, () => isShared(members, placesOf(one, 4)));
        }
      }
    },
  },
  {
    name: 'the assignor of the broker puts equal partitions of two topics together: range',
    only: 'consumer',
    async run({ topic, join }) {
      const [one, other] = [await topic(4, 0, 'one'), await topic(4, 0, 'other')];
      const wish = { topics: [one, other], assignor: 'range' };
      const members = [await join(wish), await join(wish)];
      await until('they share', members, () => isShared(members, [...placesOf(one, 4), ...placesOf(other, 4)]));
      for (const { assigned } of members) {
        const numbers = (name: string) =>
          assigned.filter((place) => place.startsWith(`${name}-`)).map((place) => place.slice(-1));
        if (numbers(one).join() !== numbers(other).join()) throw new Error(`it has ${assigned.join(' ')}`);
      }
    },
  },
  {
    name: 'what it has read is committed by itself, also at the end',
    async run({ topic, join }) {
      const one = await topic(1, 20);
      const first = await join({ topics: [one], commit: 'auto' });
      await until('it has read', [first], () => takenBy([first]) === 20);
      await first.leave();
      const second = await join({ topics: [one], commit: 'auto' });
      await has(second, `${one}-0`);
      await sleep(silenceMs);
      await second.look();
      if (count(second, 'took') > 0) throw new Error(`${count(second, 'took')} records came again`);
    },
  },
  {
    name: 'commits without waiting keep their order',
    async run({ topic, join }) {
      const one = await topic(1, 2_000);
      const first = await join({ topics: [one], commit: 'async', settings: { 'max.poll.records': '10' } });
      const committed = () => first.events.flatMap((event) => (event[1] === 'committed' ? [event[3]] : []));
      await until('it has read', [first], () => takenBy([first]) === 2_000 && committed().at(-1) === 2_000);
      if (committed().some((offset, index) => offset < (committed()[index - 1] ?? 0)))
        throw new Error('a commit went back');
    },
  },
];

/** Options of Kafka's own client in groups, in both protocols. */
export async function groupDetails(stage: Stage): Promise<void> {
  const actor = stage.actors.find(({ hello }) => hello.can.includes('details'));
  if (actor === undefined) return;
  const playAll = async (protocol: Join['protocol']) => {
    for (const [index, one] of tests.entries()) {
      if (one.only !== undefined && one.only !== protocol) continue;
      await stage.test(actor, `${protocol}: ${one.name}`, () =>
        play(stage, actor, protocol, one, `${protocol}.${index}`),
      );
    }
  };
  await Promise.all([playAll('classic'), playAll('consumer')]);
}

async function play(
  stage: Stage,
  actor: Actor,
  protocol: Join['protocol'],
  test: Test,
  id: string,
): Promise<undefined> {
  const members: Member[] = [];
  const group = `group-details.${id}`;
  const scene: Scene = {
    protocol,
    async topic(partitions, records = 0, name = 'topic') {
      const topic = `${group}.${name}`;
      await createTopics(stage.server.bootstrap, [{ name: topic, partitions }]);
      if (records > 0) await actor.ask('flood', { topic, partitions, count: records, codec: 'none' });
      return topic;
    },
    async join(wish) {
      const all: Join & Wish = { group, protocol, ...wish };
      const member = await joinMember(actor, all, 'members');
      members.push(member);
      return member;
    },
    async tool(name, ...args) {
      const all = ['--bootstrap-server', stage.server.bootstrap, ...args];
      const { code, output } = await actor.ask('tool', { name, args: all });
      if (code !== 0) throw new Error(output);
    },
  };
  try {
    await test.run(scene);
  } finally {
    for (const member of members) await member.leave().catch(() => {});
  }
  return undefined;
}

async function fails(member: Member, pattern: RegExp): Promise<void> {
  const said = () =>
    member.fault === undefined ? '' : `${member.fault.type} ${member.fault.code} ${member.fault.message}`;
  try {
    await until('it fails', [member], () => pattern.test(said()));
  } catch (cause) {
    throw new Error(`${said()} is not ${pattern}`, { cause });
  }
}
