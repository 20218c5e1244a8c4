import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as pathOf } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTopics } from '../create-topics.ts';
import { interop } from '../paths.ts';
import type { Actor, Stage } from '../stage.ts';
import { record, recorded, type Transcript, tidy } from '../transcript.ts';

const transcriptPath = pathOf(interop, 'expected', 'log-dirs.txt');
const moved = 'dirs.moved';
const deleted = 'dirs.deleted';
const again = 'dirs.again';
const partitionCount = 3;
const recordCount = 3000;
/** Topics are deleted and made again so often while others produce to them. */
const rounds = 6;
const settledMsMax = 30_000;

const classes = {
  'log-dirs': 'LogDirsCommand',
  'reassign-partitions': 'reassign.ReassignPartitionsCommand',
  'delete-records': 'DeleteRecordsCommand',
  topics: 'TopicCommand',
  'get-offsets': 'GetOffsetShell',
} as const;
type ToolName = keyof typeof classes;

interface Line {
  readonly tool: ToolName;
  readonly args: readonly string[];
  /** What the file is that the tool reads; its name goes where `FILE` stands in the arguments. */
  readonly file?: object;
  /** It only prepares for what follows: what it says depends on how partitions were placed. */
  readonly isUnrecorded?: boolean;
  /** What the tool says while a change has not come to its end. */
  readonly meanwhile?: RegExp;
}

/** All partitions of a topic to one of the directories. */
function placement(topic: string, logDir: string, partitions = [0, 1, 2], replicas = [1]): object {
  return {
    version: 1,
    partitions: partitions.map((partition) => ({ topic, partition, replicas, log_dirs: replicas.map(() => logDir) })),
  };
}

function script([first = '', second = '']: readonly string[]): Line[] {
  const describe = { tool: 'log-dirs', args: ['--describe', '--broker-list', '1', '--topic-list', moved] } as const;
  const reassign = (how: string, file: object): Line => ({
    tool: 'reassign-partitions',
    args: [how, '--reassignment-json-file', 'FILE'],
    file,
  });
  const verify = (file: object): Line => ({
    ...reassign('--verify', file),
    meanwhile: /still in progress|cannot be found/,
  });
  const below = (topic: string, offsets: readonly number[]) => ({
    version: 1,
    partitions: offsets.map((offset, partition) => ({ topic, partition, offset })),
  });
  const deleteRecords = (file: object): Line => ({
    tool: 'delete-records',
    args: ['--offset-json-file', 'FILE'],
    file,
  });
  return [
    { ...reassign('--execute', placement(moved, second)), isUnrecorded: true },
    { ...verify(placement(moved, second)), isUnrecorded: true },
    reassign('--execute', placement(moved, first)),
    verify(placement(moved, first)),
    describe,
    reassign('--execute', placement(moved, second)),
    verify(placement(moved, second)),
    describe,
    { tool: 'log-dirs', args: ['--describe', '--topic-list', 'dirs.none'] },
    { tool: 'log-dirs', args: ['--describe', '--broker-list', '1,99', '--topic-list', moved] },
    // Of several it names one, in the order of a hash map.
    reassign('--execute', placement(moved, '/nowhere', [0])),
    reassign('--execute', placement(moved, first, [0], [99])),
    reassign('--execute', placement('dirs.none', first, [0])),
    { tool: 'reassign-partitions', args: ['--list'] },
    deleteRecords(below(deleted, [10, 0, -1])),
    { tool: 'get-offsets', args: ['--topic', deleted, '--time', '-2'] },
    deleteRecords(below(deleted, [1_000_000, 0, -5])),
    deleteRecords(below(deleted, [5, 5, 5])),
    { tool: 'get-offsets', args: ['--topic', deleted, '--time', '-2'] },
    { tool: 'topics', args: ['--delete', '--topic', deleted] },
    { tool: 'topics', args: ['--delete', '--topic', deleted] },
    { tool: 'topics', args: ['--create', '--topic', deleted, '--partitions', '3'] },
    { tool: 'get-offsets', args: ['--topic', deleted, '--time', '-1'] },
  ];
}

/**
 * Kafka's tools that move partitions between directories, delete records and topics, and make these anew, say the same as
 * they said to Apache Kafka (`expected/log-dirs.txt`), and nothing is lost or inherited while others produce.
 */
export async function logDirs(stage: Stage): Promise<void> {
  const actor = stage.actors.find(({ hello }) => hello.can.includes('tools'));
  if (actor === undefined) return;
  await createTopics(stage.server.bootstrap, [
    { name: moved, partitions: partitionCount },
    { name: deleted, partitions: partitionCount },
    { name: again, partitions: partitionCount },
  ]);
  await actor.ask('flood', { topic: deleted, partitions: partitionCount, count: 90, codec: 'none' });
  const load = { topic: moved, partitions: partitionCount, count: recordCount, chunk: 50, pauseMs: 20 };
  const streaming = actor.askBeside('stream', load, { timeoutMs: 240_000 });
  await types(stage, actor);
  await stage.test(actor, 'nothing is lost or out of order in what moved under a producer', async () => {
    await streaming;
    const { values } = await actor.ask('drain', { topic: moved, partitions: partitionCount, count: recordCount });
    const numbers = values.flat();
    if (numbers.length !== recordCount) throw new Error(`${numbers.length} of ${recordCount} records`);
    for (const [partition, ofPartition] of values.entries()) {
      const expected = Array.from({ length: ofPartition.length }, (_, index) => index * partitionCount + partition);
      if (ofPartition.join() !== expected.join()) throw new Error(`partition ${partition} is out of order`);
    }
    return `${numbers.length} records`;
  });
  await stage.test(actor, 'a topic is deleted and made again while others produce to it', () =>
    recreates(stage, actor),
  );
}

async function types(stage: Stage, actor: Actor): Promise<void> {
  const expected = existsSync(transcriptPath) ? recorded(readFileSync(transcriptPath, 'utf8')) : [];
  const said: Transcript = [];
  const files = mkdtempSync(pathOf(tmpdir(), 'sluice-interop-dirs-'));
  try {
    for (const line of script(stage.server.logDirs)) {
      const typed = typedOf(stage, line);
      await stage.test(actor, typed, async () => {
        const one = await say(stage, actor, line, pathOf(files, 'input.json'));
        if (line.isUnrecorded === true) return undefined;
        const want = expected[said.length];
        said.push({ typed, ...one });
        if (stage.isRecording) return undefined;
        if (want?.typed !== typed) throw new Error('it is not recorded: run --server kafka --record');
        if (want.code !== one.code || want.lines.join('\n') !== one.lines.join('\n'))
          throw new Error(
            `exit ${one.code}\n${one.lines.join('\n')}\nis not\nexit ${want.code}\n${want.lines.join('\n')}`,
          );
        return undefined;
      });
    }
  } finally {
    rmSync(files, { recursive: true, force: true });
  }
  if (stage.isRecording) writeFileSync(transcriptPath, record(said));
}

function typedOf({ server }: Stage, { tool, args, file }: Line): string {
  const content = file === undefined ? [] : [placeless(JSON.stringify(file), server.dataDir)];
  return [tool, ...args, ...content].join(' ');
}

async function say(stage: Stage, actor: Actor, line: Line, path: string) {
  const { server } = stage;
  if (line.file !== undefined) writeFileSync(path, JSON.stringify(line.file));
  const args = ['--bootstrap-server', server.bootstrap, ...line.args.map((arg) => (arg === 'FILE' ? path : arg))];
  for (const deadlineMs = Date.now() + settledMsMax; ; await sleep(100)) {
    const { code, output } = await actor.ask('tool', { name: classes[line.tool], args });
    if (line.meanwhile?.test(output) === true && Date.now() < deadlineMs) continue;
    return { code, lines: tidy(canonical(placeless(output, server.dataDir))) };
  }
}

function placeless(text: string, dataDir: string): string {
  return text.replaceAll(dataDir, 'DATA');
}

/** Sizes depend on how a producer batched; the order of what is JSON on hash maps. */
function canonical(output: string): string {
  return output
    .split('\n')
    .map((line) => (line.startsWith('{') ? JSON.stringify(sorted(JSON.parse(line))) : line))
    .join('\n')
    .replaceAll(/"size":\d+/g, '"size":N');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => JSON.stringify(sorted(item)));
    return items.sort().map((item) => JSON.parse(item) as unknown);
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, item]) => [name, sorted(item)] as const);
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** By `kafka-topics`, as its user would, under a producer that goes on with whatever topic has the name. */
async function recreates(stage: Stage, actor: Actor): Promise<string> {
  const topics = (...args: string[]) =>
    actor.ask('tool', { name: classes.topics, args: ['--bootstrap-server', stage.server.bootstrap, ...args] });
  const load = { topic: again, partitions: partitionCount, count: 100_000, chunk: 20, pauseMs: 5 };
  let producedCount = 0;
  const onProgress = (count: number) => {
    producedCount = count;
  };
  const producing = actor
    .askIn('deleting')('stream', load, { timeoutMs: 120_000, onProgress })
    .catch(() => {});
  for (let round = 0; round < rounds; round++) {
    await untilMore(() => producedCount);
    for (const args of [['--delete'], ['--create', '--partitions', `${partitionCount}`]]) {
      const { code, output } = await topics(...args, '--topic', again);
      if (code !== 0) throw new Error(output);
    }
  }
  await untilMore(() => producedCount);
  await actor.kill('deleting');
  await producing;
  await topics('--delete', '--topic', again);
  await topics('--create', '--topic', again, '--partitions', `${partitionCount}`);
  await actor.ask('flood', { topic: again, partitions: partitionCount, count: 30, codec: 'none' });
  const { values } = await actor.ask('drain', { topic: again, partitions: partitionCount, count: 30 });
  const found = values.flat().toSorted((one, other) => one - other);
  if (found.join() !== Array.from({ length: 30 }, (_, index) => index).join()) throw new Error(found.join());
  const { earliest, latest } = await actor.ask('offsets', { topic: again, partition: 0, times: [] });
  if (earliest !== 0 || latest !== 10) throw new Error(`the last topic begins at ${earliest} and ends at ${latest}`);
  return `${rounds} rounds, ${producedCount} records`;
}

async function untilMore(count: () => number): Promise<void> {
  const before = count();
  for (const deadlineMs = Date.now() + settledMsMax; count() <= before; await sleep(20)) {
    if (Date.now() > deadlineMs) throw new Error(`the producer does not go on after ${before} records`);
  }
}
