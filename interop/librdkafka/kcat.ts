import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { memberOps } from '../javascript/group-notes.ts';
import { pause, progress, type Request, serve } from '../javascript/serve.ts';
import { bytesOf, digest } from '../runner/bytes.ts';
import type { Fault, RecordSpec, Seen } from '../runner/contract.ts';
import { joinGroup } from './kcat-group.ts';

/** CONTRACT.md for a command line: each op is one or more runs of kcat. */
const bootstrap = process.argv[2] ?? '';
const ended = '\n';
const readTimeoutMs = 50_000;

class KcatError extends Error {}

function faultOf(cause: unknown): Fault {
  if (!(cause instanceof Error)) return { type: typeof cause, code: -1, message: String(cause) };
  return { type: cause.constructor.name, code: -1, message: cause.message };
}

/** Starts kcat; `done` is its output, or a KcatError with what it said. */
function kcat(args: readonly string[]): { child: ChildProcessWithoutNullStreams; done: Promise<Buffer> } {
  const child = spawn('kcat', ['-b', bootstrap, '-X', 'log_level=0', ...args], { stdio: 'pipe' });
  const out: Buffer[] = [];
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
  });
  child.stdin.on('error', () => {});
  const timer = setTimeout(() => child.kill('SIGKILL'), readTimeoutMs);
  const done = new Promise<Buffer>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve(Buffer.concat(out));
      else reject(new KcatError(`kcat ended with ${signal ?? code}: ${said.trim()}`));
    });
  });
  return { child, done };
}

const idempotent = ['-X', 'enable.idempotence=true', '-X', 'acks=all'];

/** Do not occur in the data: kcat takes a record from its stdin as key, one of these, value, the other. */
const keyEnd = '<<end of key>>';
const recordEnd = '<<end of record>>';

/** Header values are arguments, so text; and with no key at all an empty value is no record. */
function canWrite({ key, value, headers }: RecordSpec): boolean {
  const isNothing = key === null && value === '';
  return !isNothing && headers.every(([, bytes]) => bytes === null || typeof bytes === 'string');
}

async function write({ topic, partition, codec, batches }: Request) {
  const offsets: (number | null)[] = [];
  let next = 0;
  for (const record of batches.flat()) {
    if (!canWrite(record)) {
      offsets.push(null);
      continue;
    }
    const key = bytesOf(record.key);
    const value = bytesOf(record.value);
    const headers = record.headers.flatMap(([name, text]) => ['-H', text === null ? name : `${name}=${text}`]);
    // -Z makes null of what is empty.
    const empty = value === null ? ['-Z'] : [];
    const target = ['-P', '-t', topic, '-p', `${partition}`, '-z', codec, '-D', recordEnd];
    const hasKey = key !== null || value === null;
    const { child, done } = kcat([...target, ...(hasKey ? ['-K', keyEnd] : []), ...headers, ...empty]);
    child.stdin.write(
      Buffer.concat([key ?? Buffer.alloc(0), Buffer.from(hasKey ? keyEnd : ''), value ?? Buffer.alloc(0)]),
    );
    child.stdin.end(recordEnd);
    await done;
    offsets.push(next);
    next += 1;
  }
  return { offsets };
}

/** Lengths tell where keys and values end: -1 for null. Headers come as text, `name=value,name=value`. */
const recordFormat = ['-f', '%o %T %K %S\n%k%s%h\\n'];

async function read({ topic, partition, from, count }: Request) {
  const place = 'offset' in from ? `${from.offset}` : `s@${from.time}`;
  const { child, done } = kcat([
    ...['-C', '-t', topic, '-p', `${partition}`, '-o', place, '-c', `${count}`],
    ...['-X', 'fetch.wait.max.ms=100', ...recordFormat],
  ]);
  child.stdin.end();
  return { records: parseRecords(await done) };
}

function parseRecords(output: Buffer): Seen[] {
  const records: Seen[] = [];
  for (let at = 0; at < output.length; ) {
    const lineEnd = output.indexOf(ended, at);
    const [offset, timestamp, keyLength = -1, valueLength = -1] = output
      .toString('latin1', at, lineEnd)
      .split(' ')
      .map(Number);
    at = lineEnd + 1;
    const take = (length: number) => {
      const start = at;
      at += Math.max(0, length);
      return length < 0 ? null : output.subarray(start, at);
    };
    const key = digest(take(keyLength));
    const value = digest(take(valueLength));
    const headersEnd = output.indexOf(ended, at);
    const headers = headersOf(output.subarray(at, headersEnd).toString());
    at = headersEnd + 1;
    records.push({ offset: offset ?? -1, timestamp: timestamp ?? -1, key, value, headers });
  }
  return records;
}

/** Text cannot tell null from the word NULL, nor show any byte: such values are "?". */
function headersOf(text: string): [string, string | null][] {
  if (text === '') return [];
  return text.split(',').map((pair) => {
    const equals = pair.indexOf('=');
    const value = pair.slice(equals + 1);
    const isUnsure = value === 'NULL' || value.includes('\ufffd') || value.includes('\\x');
    return [pair.slice(0, equals), isUnsure ? '?' : digest(Buffer.from(value))];
  });
}

/** `kcat -Q` answers `topic [partition] offset N`. */
async function query(topic: string, partition: number, at: number): Promise<number> {
  const { child, done } = kcat(['-Q', '-t', `${topic}:${partition}:${at}`]);
  child.stdin.end();
  return Number(/offset (-?\d+)/.exec((await done).toString())?.[1]);
}

async function offsets({ topic, partition, times }: Request) {
  const byTime: number[] = [];
  for (const time of times) byTime.push(await query(topic, partition, time));
  return { earliest: await query(topic, partition, -2), latest: await query(topic, partition, -1), byTime };
}

/** kcat takes one partition a run. */
async function flood({ topic, partitions, first = 0, count, codec }: Request) {
  for (let partition = 0; partition < partitions; partition += 1) {
    const target = ['-P', '-t', topic, '-p', `${partition}`, '-z', codec, ...idempotent];
    const { child, done } = kcat(target);
    const lines: string[] = [];
    for (let value = first; value < first + count; value += 1) {
      if (value % partitions === partition) lines.push(`${value}\n`);
    }
    child.stdin.end(lines.join(''));
    await done;
  }
  return {};
}

async function drain({ topic, partitions, count }: Request) {
  const { child, done } = kcat(['-C', '-t', topic, '-o', 'beginning', '-c', `${count}`, '-f', '%p %s\\n']);
  child.stdin.end();
  const values = Array.from({ length: partitions }, (): number[] => []);
  for (const line of (await done).toString().trim().split('\n')) {
    const [partition, value] = line.split(' ').map(Number);
    values[partition ?? -1]?.push(value ?? -1);
  }
  return { values };
}

/** Tells what was handed to kcat, not what was acknowledged: it does not say. */
async function stream({ topic, count, chunk, pauseMs }: Request) {
  const { child, done } = kcat(['-P', '-t', topic, '-p', '0', '-X', 'reconnect.backoff.max.ms=1000', ...idempotent]);
  let isDone = false;
  const ending = done.finally(() => {
    isDone = true;
  });
  ending.catch(() => {});
  for (let start = 0; start < count && !isDone; start += chunk) {
    const lines = Array.from({ length: chunk }, (_, index) => `${start + index}\n`);
    child.stdin.write(lines.join(''));
    progress(start + chunk);
    await pause(pauseMs);
  }
  child.stdin.end();
  await ending;
  return { acked: count };
}

async function provoke({ kind, topic }: Request): Promise<Fault> {
  const run = async (args: readonly string[], input: string) => {
    const { child, done } = kcat(args);
    child.stdin.end(input);
    await done;
  };
  const attempts: Readonly<Record<string, () => Promise<void>>> = {
    unknownTopic: () => run(['-P', '-t', topic, '-p', '0', '-X', 'topic.metadata.propagation.max.ms=1000'], 'x\n'),
    tooLarge: () => run(['-P', '-t', topic, '-p', '0'], `${'x'.repeat(50_000)}\n`),
    badPartition: () => run(['-P', '-t', topic, '-p', '99'], 'x\n'),
    outOfRange: () => run(['-C', '-t', topic, '-p', '0', '-o', '1000000', '-X', 'auto.offset.reset=error'], ''),
  };
  const attempt = attempts[kind];
  if (attempt === undefined) throw new Error(`no such kind: ${kind}`);
  try {
    await attempt();
  } catch (cause) {
    return faultOf(cause);
  }
  throw new Error('nothing went wrong');
}

const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];
await serve(
  {
    hello: () => ({ codecs, can: ['ends-with-broker', 'groups'] }),
    write,
    read,
    offsets,
    flood,
    drain,
    stream,
    provoke,
    ...memberOps((request) => joinGroup(bootstrap, request)),
  },
  faultOf,
);
