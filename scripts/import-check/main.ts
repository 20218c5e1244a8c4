/*
 * `npm run test:import`: a real Kafka is filled by its own client and kcat, stopped cleanly or killed, imported (once
 * with a `kill -9` of the import in its middle), and Sluice started on the result, on Kafka's port. Then everything that
 * clients can see must be as it was: records, offsets, timestamps, commits, groups, settings, ids. A producer that was
 * running all the time goes on. Kafka's directories must not have changed by a bit, and Kafka's DumpLogSegments must be
 * content with ours.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { kafkaClassPath, kafkaIsAvailable } from '../kafka/jars.ts';
import { runKafkaTool } from '../kafka/run-tool.ts';
import { type RunningKafka, startKafka } from '../kafka/start-kafka.ts';
import { printHelp } from '../print-help.ts';

const CLI = join(import.meta.dirname, '../../packages/cli/src/main.ts');
const WORKLOAD = join(import.meta.dirname, 'Workload.java');
const ENDS = ['clean', 'kill'] as const;
/** When the import of the second way is killed, after its start. */
const KILL_IMPORT_AFTER_MS = 700;
/** Timestamps of records begin here: an hour ago. */
const START_MS = String(Date.now() - 3_600_000);
const SETTINGS = {
  'offsets.topic.num.partitions': '7',
  'transaction.state.log.num.partitions': '3',
  'log.cleaner.backoff.ms': '500',
  'log.retention.ms': '-1',
};

printHelp(`node scripts/import-check/main.ts [--only clean|kill] [--keep]
    imports what a real Kafka left, and compares what clients see before and after; needs Java, takes minutes
    --keep: leaves the directories where they are`);

const classes = mkdtempSync(join(tmpdir(), 'sluice-import-check-classes-'));
const children = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(classes, { recursive: true, force: true });
});

const { values } = parseArgs({ options: { keep: { type: 'boolean', default: false }, only: { type: 'string' } } });
if (!(await kafkaIsAvailable())) {
  console.log('skipped: there is no Java here to run Kafka');
} else {
  const args = ['-nowarn', '-proc:none', '-cp', await kafkaClassPath(), '-d', classes, WORKLOAD];
  await output(track(spawn('javac', args, { stdio: ['ignore', 'pipe', 'pipe'] })), 'javac');
  for (const end of ENDS.filter((each) => values.only === undefined || each === values.only)) await check(end);
}

async function check(end: (typeof ENDS)[number]): Promise<void> {
  const startedMs = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'sluice-import-check-'));
  let kafka: RunningKafka | undefined;
  try {
    kafka = await startKafka({ dataDir: join(folder, 'kafka'), heap: '512m', settings: SETTINGS });
    const source = join(folder, 'kafka', 'logs');
    await workload('fill', kafka.bootstrap);
    await writeWithKcat(kafka.bootstrap);
    const live = await startLive(kafka.bootstrap);
    const before = await workload('facts', kafka.bootstrap);
    await refusedWhileItRuns(source, join(folder, 'none'));
    await (end === 'clean' ? kafka.stop() : kafka.kill());

    const files = checksums(source);
    const target = join(folder, 'sluice');
    if (end === 'kill') await killImport(source, target);
    await sluice('import', source, '--data', target);
    const broker = await startSluice(target, kafka.bootstrap);
    const after = await workload('facts', kafka.bootstrap);
    compare(before, after);
    await live.goOn();
    await stop(broker);
    assert.deepEqual(checksums(source), files, "Kafka's directory is as it was");
    await dump(target);
    console.log(
      `${end}: ${before.length} facts are the same after the import, in ${Math.round((performance.now() - startedMs) / 1000)} s`,
    );
  } finally {
    for (const child of children) child.kill('SIGKILL');
    await kafka?.kill();
    if (values.keep) console.log(`kept: ${folder}`);
    else rmSync(folder, { recursive: true, force: true });
  }
}

/** Facts of which Sluice knows nothing yet are named, not compared. */
function compare(before: readonly string[], after: readonly string[]): void {
  const missing = before.filter((fact) => !after.includes(fact));
  const added = after.filter((fact) => !before.includes(fact));
  if (missing.length === 0 && added.length === 0) return;
  for (const fact of missing) console.error(`- ${fact}`);
  for (const fact of added) console.error(`+ ${fact}`);
  assert.fail(`${missing.length} facts are other than they were`);
}

async function workload(mode: string, bootstrap: string): Promise<string[]> {
  const child = await java(mode, bootstrap);
  return (await output(child, `the workload's ${mode}`)).split('\n').filter((line) => line.includes(' = '));
}

async function java(mode: string, bootstrap: string): Promise<ChildProcess> {
  const flags = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
  const args = [
    ...flags,
    '-cp',
    [classes, await kafkaClassPath()].join(delimiter),
    'Workload',
    mode,
    bootstrap,
    START_MS,
  ];
  return track(spawn('java', args, { stdio: ['pipe', 'pipe', 'pipe'] }));
}

function track(child: ChildProcess): ChildProcess {
  children.add(child);
  child.on('exit', () => children.delete(child));
  return child;
}

async function refusedWhileItRuns(source: string, target: string): Promise<void> {
  await assert.rejects(sluice('import', source, '--data', target), /Kafka is still running in/);
}

/** What a child writes until it ends well. */
async function output(child: ChildProcess, what: string): Promise<string> {
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    err += chunk;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${what} ended with ${code}:\n${out.slice(-2000)}\n${err.slice(-4000)}`);
  return out;
}

async function writeWithKcat(bootstrap: string): Promise<void> {
  const child = track(
    spawn(
      'kcat',
      ['-b', bootstrap, '-P', '-t', 'kcat', '-K', ':', '-z', 'lz4', '-H', 'from=kcat', '-X', 'enable.idempotence=true'],
      {
        stdio: ['pipe', 'pipe', 'pipe'],
      },
    ),
  );
  const isThere = await new Promise<boolean>((resolve) => {
    child.on('error', () => resolve(false)).on('spawn', () => resolve(true));
  });
  if (!isThere) return console.log('skipped: there is no kcat here');
  child.stdin?.end(Array.from({ length: 500 }, (_, index) => `k${index % 50}:value ${index}\n`).join(''));
  await output(child, 'kcat');
}

/** Producers that are there before and after: an idempotent one that goes on, and a transaction that is left open. */
async function startLive(bootstrap: string) {
  const child = await java('live', bootstrap);
  let err = '';
  child.stderr?.on('data', (chunk) => {
    err += chunk;
  });
  assert(child.stdout !== null);
  const lines = createInterface({ input: child.stdout });
  const seen: string[] = [];
  const waiting = new Map<string, () => void>();
  lines.on('line', (line) => {
    seen.push(line);
    waiting.get(line)?.();
  });
  const until = (line: string) =>
    new Promise<void>((resolve, reject) => {
      if (seen.includes(line)) return resolve();
      waiting.set(line, resolve);
      child.once('exit', (code) => reject(new Error(`the producer ended with ${code}:\n${err.slice(-4000)}`)));
    });
  await until('ready');
  return {
    async goOn() {
      child.stdin?.write('go on\n');
      await until('done');
      const offsets = seen.filter((line) => line.startsWith('live ')).map((line) => Number(line.split(' ')[2]));
      assert.deepEqual(
        offsets,
        Array.from({ length: 25 }, (_, index) => 25 + index),
        'the producer goes on at its offsets',
      );
    },
  };
}

async function sluice(...args: readonly string[]): Promise<string> {
  return await output(
    track(spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })),
    args.join(' '),
  );
}

async function killImport(source: string, target: string): Promise<void> {
  const args = [CLI, 'import', source, '--data', target];
  const child = track(spawn(process.execPath, args, { stdio: 'ignore' }));
  const exited = once(child, 'exit');
  // As soon as it has begun to bring files.
  for (let waitedMs = 0; waitedMs < KILL_IMPORT_AFTER_MS * 10; waitedMs += 1) {
    if (child.exitCode !== null || readdirNames(target).some((name) => name.endsWith('-0'))) break;
    await sleep(1);
  }
  child.kill('SIGKILL');
  await exited;
  const isWhole = !readdirNames(target).includes('sluice-import.json');
  console.log(isWhole ? 'the import was quicker than its kill' : 'an import was killed in its middle');
  if (isWhole) rmSync(target, { recursive: true, force: true });
}

function readdirNames(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

async function startSluice(target: string, bootstrap: string): Promise<ChildProcess> {
  const sets = Object.entries(SETTINGS).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
  const args = [CLI, 'start', '--data', target, '--listen', bootstrap, '--no-aws', ...sets];
  const child = track(spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] }));
  let err = '';
  child.stderr?.on('data', (chunk) => {
    err += chunk;
  });
  assert(child.stdout !== null);
  const ready = once(child.stdout, 'data');
  const exited = once(child, 'exit').then(() => Promise.reject(new Error(`Sluice did not start:\n${err}`)));
  await Promise.race([ready, exited]);
  exited.catch(() => {});
  return child;
}

async function stop(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

function checksums(directory: string): Record<string, string> {
  const sums: Record<string, string> = {};
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort()) {
    const path = join(directory, name);
    if (statSync(path).isFile()) sums[name] = createHash('sha256').update(readFileSync(path)).digest('hex');
  }
  return sums;
}

/** The way back: Kafka's tool reads every segment. */
async function dump(target: string): Promise<void> {
  const logs = readdirSync(target, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.log') && statSync(join(target, name)).size > 0)
    .map((name) => join(target, name));
  const { code, stdout, stderr } = await runKafkaTool('dump-log', ['--deep-iteration', '--files', logs.join(',')]);
  const complaint = /isvalid: false|invalid bytes|[Cc]orrupt|Exception/.exec(`${stdout}\n${stderr}`);
  assert.equal(complaint?.[0], undefined, stderr.slice(-2000));
  assert.equal(code, 0);
}
