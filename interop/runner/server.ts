import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../scripts/kafka/free-port.ts';
import { waitUntilServing } from '../../scripts/kafka/probe.ts';
import { root } from './paths.ts';

export const serverKinds = ['sluice', 'kafka', 'kafka-cluster'] as const;
export type ServerKind = (typeof serverKinds)[number];
export type Settings = Readonly<Record<string, string>>;

/** A broker on loopback (a cluster's is one of its brokers, in turn) that can be ended and started again on the same port and data. */
export type Server = {
  readonly kind: ServerKind;
  /** Several of a cluster, by commas. */
  readonly bootstrap: string;
  readonly dataDir: string;
  /** Where the partitions' directories are; the first of them where there are several. */
  readonly logDir: string;
  readonly logDirs: readonly string[];
  /** What the server itself wrote on stdout and stderr, over all its lives. */
  output(): string;
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  startAgain(): Promise<void>;
  /** Ends it and removes its files. */
  remove(): Promise<void>;
};

const startTimeoutMs = 240_000;
const endTimeoutMs = 60_000;
const outputCharsMax = 200_000;
const kafkaLogCharsShown = 4_000;

const abandons = new Set<() => void>();

/** For a run that is broken off: no server and no files stay behind. */
export function abandonServers(): void {
  for (const abandon of abandons) abandon();
}

/** Where a node of a cluster has its place. */
export type NodePlace = { readonly port: number; readonly clusterId: string };

export async function startServer(
  kind: 'sluice' | 'kafka',
  settings: Settings = {},
  logDirCount = 1,
  place?: NodePlace,
): Promise<Server> {
  const dataDir = await mkdtemp(join(tmpdir(), 'sluice-interop-'));
  const port = place?.port ?? (await freePort());
  const clusterId = place === undefined ? [] : ['--cluster-id', place.clusterId];
  const logDirs = logDirsOf(kind, dataDir, logDirCount);
  let output = '';
  let child: ChildProcess | undefined;
  let brokerPid: number | undefined;

  const start = async () => {
    const started = spawn(process.execPath, [...commandLine(kind, port, dataDir, logDirs, settings), ...clusterId], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = started;
    const ready = Promise.withResolvers<void>();
    const collect = (chunk: string) => {
      output = (output + chunk).slice(-outputCharsMax);
    };
    let said = '';
    started.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      collect(chunk);
      said += chunk;
      if (!/^ready .*bootstrap=\S+/m.test(said)) return;
      // The runner of Kafka stands between us and the broker, which must be hit itself by a SIGKILL.
      brokerPid = Number(/ pid=(\d+)/.exec(said)?.[1] ?? started.pid);
      ready.resolve();
    });
    started.stderr.setEncoding('utf8').on('data', collect);
    started.once('exit', (code, signal) => {
      ready.reject(new Error(`the server ended (${signal ?? code}) before it was ready:\n${output.slice(-2000)}`));
    });
    const timer = setTimeout(() => ready.reject(new Error('the server was not ready in time')), startTimeoutMs);
    try {
      await ready.promise;
      await waitUntilServing(port, startTimeoutMs);
    } catch (cause) {
      started.kill('SIGKILL');
      throw cause;
    } finally {
      clearTimeout(timer);
    }
  };

  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    const ending = child;
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return;
    const exited = new Promise<void>((resolve) => ending.once('exit', () => resolve()));
    if (signal === 'SIGKILL' && brokerPid !== undefined) process.kill(brokerPid, 'SIGKILL');
    else ending.kill(signal);
    const timer = setTimeout(() => ending.kill('SIGKILL'), endTimeoutMs);
    await exited;
    clearTimeout(timer);
  };

  const abandon = () => {
    try {
      if (brokerPid !== undefined && child?.exitCode === null) process.kill(brokerPid, 'SIGKILL');
    } catch {
      // It was just killed.
    }
    child?.kill('SIGKILL');
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 10 });
  };
  abandons.add(abandon);

  const remove = async () => {
    await end('SIGTERM');
    await rm(dataDir, { recursive: true, force: true });
    abandons.delete(abandon);
  };

  try {
    await start();
  } catch (cause) {
    const log = await kafkaLogEnd(dataDir);
    await remove();
    throw log === '' ? cause : new Error(`${String(cause)}\n${log}`, { cause });
  }
  return {
    kind,
    bootstrap: `127.0.0.1:${port}`,
    dataDir,
    logDir: logDirs[0] ?? dataDir,
    logDirs,
    output: () => output,
    end,
    startAgain: start,
    remove,
  };
}

/** Why Kafka did not start stands there, and nowhere else. */
async function kafkaLogEnd(dataDir: string): Promise<string> {
  const text = await readFile(join(dataDir, 'kafka.log'), 'utf8').catch(() => '');
  return text.slice(-kafkaLogCharsShown);
}

function logDirsOf(kind: ServerKind, dataDir: string, count: number): string[] {
  if (count === 1) return [kind === 'kafka' ? join(dataDir, 'logs') : dataDir];
  return Array.from({ length: count }, (_, index) => join(dataDir, `disk-${index}`));
}

function commandLine(
  kind: ServerKind,
  port: number,
  dataDir: string,
  logDirs: readonly string[],
  settings: Settings,
): string[] {
  const sets = Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
  if (kind === 'sluice') {
    const data = logDirs.flatMap((path) => ['--data', path]);
    return ['packages/cli/src/main.ts', 'start', '--listen', `127.0.0.1:${port}`, '--no-aws', ...data, ...sets];
  }
  const own = ['--port', `${port}`, '--data', dataDir, '--heap', '512m', '--no-stdin'];
  return ['scripts/kafka/main.ts', 'start', ...own, '--set', `log.dirs=${logDirs.join()}`, ...sets];
}
