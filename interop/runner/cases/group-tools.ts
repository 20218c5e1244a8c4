import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as pathOf } from 'node:path';
import { createTopics } from '../create-topics.ts';
import { isShared, joinMember, type Member, placesOf, takenBy, until } from '../member.ts';
import { interop } from '../paths.ts';
import type { Actor, Stage } from '../stage.ts';
import { offsetsPartitionOf, record, recorded, type Transcript, tidy } from '../transcript.ts';

const transcriptPath = pathOf(interop, 'expected', 'group-tools.txt');
const orders = 'tools.orders';
const payments = 'tools.payments';
const csv = 'CSV';

type Line = readonly [tool: 'consumer-groups' | 'groups' | 'console-consumer' | 'performance', ...args: string[]];
type Act = { readonly does: string; run(players: Players): Promise<void> };
type Players = { readonly actor: Actor; readonly members: Map<string, Member> };

const classes: Readonly<Record<Line[0], string>> = {
  'consumer-groups': 'consumer.group.ConsumerGroupCommand',
  groups: 'GroupsCommand',
  'console-consumer': 'consumer.ConsoleConsumer',
  performance: 'ConsumerPerformance',
};

const reset = (group: string, ...more: string[]): Line => [
  'consumer-groups',
  '--reset-offsets',
  '--group',
  group,
  ...more,
];
const describeGroup = (group: string, ...more: string[]): Line => [
  'consumer-groups',
  '--describe',
  '--group',
  group,
  ...more,
];

const joins = (name: string, more: object): Act => ({
  does: `a member joins ${name}`,
  async run({ actor, members }) {
    const member = await joinMember(actor, { group: name, topics: [orders], protocol: 'classic', ...more }, 'members');
    members.set(name, member);
    const places = placesOf(orders, 3);
    await until('it has read all', [member], () => isShared([member], places) && takenBy([member]) >= 30);
  },
});
const leaves = (name: string): Act => ({
  does: `the member leaves ${name}`,
  run: async ({ members }) => members.get(name)?.leave(),
});

/** What is typed, one after another; the output of each depends on what was done before. */
const script: readonly (Line | Act)[] = [
  ['consumer-groups', '--list'],
  ['groups', '--list'],
  describeGroup('tools.none'),
  describeGroup('tools.none', '--members'),
  describeGroup('tools.none', '--state'),
  // Groups without members are made by a reset.
  reset('tools.empty', '--topic', orders, '--to-offset', '5', '--dry-run'),
  reset('tools.empty', '--topic', orders, '--to-offset', '5'),
  reset('tools.empty', '--topic', orders, '--to-offset', '5', '--execute'),
  describeGroup('tools.empty'),
  describeGroup('tools.empty', '--offsets', '--verbose'),
  describeGroup('tools.empty', '--members'),
  describeGroup('tools.empty', '--state'),
  reset('tools.empty', '--topic', `${orders}:1`, '--topic', `${payments}:0,1`, '--to-offset', '3', '--execute'),
  reset('tools.empty', '--all-topics', '--shift-by', '2', '--execute'),
  reset('tools.empty', '--all-topics', '--shift-by', '-4', '--execute'),
  reset('tools.empty', '--all-topics', '--shift-by', '1000'),
  reset('tools.empty', '--topic', orders, '--to-offset', '1000', '--execute'),
  reset('tools.empty', '--topic', `${orders}:0`, '--to-earliest', '--execute'),
  reset('tools.empty', '--topic', `${orders}:2`, '--to-latest', '--execute'),
  reset('tools.empty', '--all-topics', '--to-current', '--execute'),
  reset('tools.empty', '--topic', payments, '--to-datetime', '2020-01-01T00:00:00.000', '--execute'),
  reset('tools.empty', '--topic', payments, '--to-datetime', '2090-01-01T00:00:00.000', '--execute'),
  reset('tools.empty', '--topic', payments, '--by-duration', 'P1D', '--execute'),
  reset('tools.empty', '--all-topics', '--to-current', '--export'),
  reset('tools.empty', '--from-file', csv, '--dry-run'),
  reset('tools.empty', '--from-file', csv, '--execute'),
  reset('tools.empty', '--topic', 'tools.no-such-topic', '--to-earliest'),
  reset('tools.empty', '--topic', `${orders}:17`, '--to-earliest'),
  describeGroup('tools.empty', '--offsets'),
  ['consumer-groups', '--delete-offsets', '--group', 'tools.empty', '--topic', `${orders}:1`],
  ['consumer-groups', '--delete-offsets', '--group', 'tools.empty', '--topic', payments],
  ['consumer-groups', '--delete-offsets', '--group', 'tools.empty', '--topic', 'tools.no-such-topic:0'],
  ['consumer-groups', '--delete-offsets', '--group', 'tools.none', '--topic', orders],
  describeGroup('tools.empty'),
  joins('tools.classic', { assignor: 'range' }),
  joins('tools.static', { assignor: 'cooperative-sticky', instanceId: 'the-one' }),
  joins('tools.consumer', { protocol: 'consumer' }),
  ['consumer-groups', '--list'],
  ['consumer-groups', '--list', '--state'],
  ['consumer-groups', '--list', '--state', 'stable'],
  ['consumer-groups', '--list', '--state', 'Empty'],
  ['consumer-groups', '--list', '--state', 'asleep'],
  ['consumer-groups', '--list', '--type'],
  ['consumer-groups', '--list', '--type', 'consumer'],
  ['consumer-groups', '--list', '--type', 'classic', '--state', 'stable,empty'],
  ['consumer-groups', '--list', '--type', 'strange'],
  ['groups', '--list'],
  ['groups', '--list', '--group-type', 'classic'],
  ['groups', '--list', '--group-type', 'consumer'],
  ['groups', '--list', '--protocol', 'consumer'],
  ['groups', '--list', '--consumer'],
  ['groups', '--list', '--share'],
  ...['tools.classic', 'tools.static', 'tools.consumer'].flatMap((group) => [
    describeGroup(group),
    describeGroup(group, '--offsets', '--verbose'),
    describeGroup(group, '--members'),
    describeGroup(group, '--members', '--verbose'),
    describeGroup(group, '--state'),
    describeGroup(group, '--state', '--verbose'),
    reset(group, '--topic', orders, '--to-earliest', '--execute'),
    ['consumer-groups', '--delete-offsets', '--group', group, '--topic', orders] as const,
    ['consumer-groups', '--delete', '--group', group] as const,
  ]),
  ['consumer-groups', '--describe', '--all-groups', '--state'],
  ['consumer-groups', '--describe', '--all-groups', '--members'],
  leaves('tools.classic'),
  leaves('tools.consumer'),
  describeGroup('tools.classic'),
  describeGroup('tools.classic', '--state'),
  describeGroup('tools.consumer'),
  describeGroup('tools.consumer', '--state', '--verbose'),
  reset('tools.classic', '--all-topics', '--to-earliest', '--execute'),
  reset('tools.consumer', '--all-topics', '--to-earliest', '--execute'),
  ['consumer-groups', '--delete-offsets', '--group', 'tools.consumer', '--topic', `${orders}:0`],
  offsetsOf('tools.empty', 'OffsetsMessageFormatter'),
  offsetsOf('tools.classic', 'GroupMetadataMessageFormatter'),
  ['consumer-groups', '--delete', '--group', 'tools.classic', '--group', 'tools.consumer', '--group', 'tools.none'],
  ['consumer-groups', '--delete', '--group', 'tools.empty'],
  ['consumer-groups', '--list'],
  offsetsOf('tools.empty', 'OffsetsMessageFormatter'),
];

function offsetsOf(group: string, formatter: string): Line {
  const from = ['--topic', '__consumer_offsets', '--partition', `${offsetsPartitionOf(group)}`, '--offset', 'earliest'];
  const shown = ['--formatter', `org.apache.kafka.tools.consumer.${formatter}`, '--timeout-ms', '1500'];
  return ['console-consumer', ...from, ...shown];
}

/**
 * Kafka's tools for groups say the same, to the word, as they said to Apache Kafka in the same state: what they said is
 * kept in `expected/group-tools.txt`, and made anew by `--server kafka --record`.
 */
export async function groupTools(stage: Stage): Promise<void> {
  const actor = stage.actors.find(({ hello }) => hello.can.includes('tools'));
  if (actor === undefined) return;
  await createTopics(stage.server.bootstrap, [
    { name: orders, partitions: 3 },
    { name: payments, partitions: 2 },
  ]);
  await actor.ask('flood', { topic: orders, partitions: 3, count: 30, codec: 'none' });
  await actor.ask('flood', { topic: payments, partitions: 2, count: 10, codec: 'none' });
  const expected = existsSync(transcriptPath) ? recorded(readFileSync(transcriptPath, 'utf8')) : [];
  const said: Transcript = [];
  const players: Players = { actor, members: new Map() };
  const files = mkdtempSync(pathOf(tmpdir(), 'sluice-interop-csv-'));
  const csvPath = pathOf(files, 'offsets.csv');
  writeFileSync(csvPath, `"${orders}",0,4\n"${orders}",2,6\n"${payments}",1,1\n`);
  try {
    for (const step of script) {
      if ('does' in step) {
        await stage.test(actor, step.does, async () => {
          await step.run(players);
          return undefined;
        });
        continue;
      }
      const [tool, ...args] = step;
      const typed = [tool, ...args].join(' ');
      await stage.test(actor, typed, async () => {
        const given = args.map((arg) => (arg === csv ? csvPath : arg));
        const { code, output } = await actor.ask('tool', {
          name: classes[tool],
          args: ['--bootstrap-server', stage.server.bootstrap, ...given],
        });
        const one = { typed, code, lines: tidy(output) };
        const want = expected[said.length];
        said.push(one);
        if (stage.isRecording) return undefined;
        if (want === undefined || want.typed !== typed)
          throw new Error('it is not recorded: run --server kafka --record');
        if (want.code !== code || want.lines.join('\n') !== one.lines.join('\n'))
          throw new Error(`exit ${code}\n${one.lines.join('\n')}\nis not\nexit ${want.code}\n${want.lines.join('\n')}`);
        return undefined;
      });
    }
  } finally {
    for (const member of players.members.values()) await member.leave().catch(() => {});
    rmSync(files, { recursive: true, force: true });
  }
  if (stage.isRecording) writeFileSync(transcriptPath, record(said));
}
