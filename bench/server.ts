import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../scripts/kafka/free-port.ts';
import { waitUntilServing } from '../scripts/kafka/probe.ts';
import { startKafka } from '../scripts/kafka/start-kafka.ts';

export type ServerName = 'kafka' | 'sluice';

/** A broker that is measured: one process, whose processor time and memory are read from /proc. */
export type Server = {
  readonly name: ServerName;
  readonly bootstrap: string;
  readonly port: number;
  readonly pid: number;
  readonly dataDir: string;
  /** From the start of the process to the first answer to a metadata request. */
  readonly startedInMs: number;
  /** Stops it and keeps its files. */
  stop(): Promise<void>;
  /** `kill -9`; its files stay. */
  kill(): Promise<void>;
};

/** What an interrupted run must not leave behind. */
const running = new Set<number>();
const dataDirs = new Set<string>();

/** By Kafka's names, which are Sluice's too. */
export type Settings = Readonly<Record<string, string>>;

const START_TIMEOUT_MS = 60_000;

/** Starts a broker on its own directory, new or existing, with its defaults and these settings. */
export async function startServer(
  name: ServerName,
  dataDir: string,
  settings: Settings = {},
  startTimeoutMs = START_TIMEOUT_MS,
): Promise<Server> {
  const start = name === 'kafka' ? kafkaServer : sluiceServer;
  const server = await start(dataDir, settings, startTimeoutMs);
  running.add(server.pid);
  const gone = <T>(ended: Promise<T>) => ended.finally(() => running.delete(server.pid));
  return { ...server, stop: () => gone(server.stop()), kill: () => gone(server.kill()) };
}

/** On SIGINT and SIGTERM: kills the brokers, removes their files, ends. */
export function cleanUpWhenInterrupted(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      for (const pid of running) process.kill(pid, 'SIGKILL');
      for (const dataDir of dataDirs) rmSync(dataDir, { recursive: true, force: true });
      process.exit(130);
    });
  }
}

/** A directory under the system's temporary one, removed when the run is over. */
export async function withDataDir<T>(use: (dataDir: string) => Promise<T>): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
  dataDirs.add(dataDir);
  try {
    return await use(dataDir);
  } finally {
    dataDirs.delete(dataDir);
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function kafkaServer(dataDir: string, settings: Settings, startTimeoutMs: number): Promise<Server> {
  const kafka = await startKafka({ dataDir, settings, startTimeoutMs });
  const { bootstrap, port, pid, startedInMs } = kafka;
  return { name: 'kafka', bootstrap, port, pid, dataDir, startedInMs, stop: kafka.stop, kill: kafka.kill };
}

async function sluiceServer(dataDir: string, settings: Settings, startTimeoutMs: number): Promise<Server> {
  const port = await freePort();
  const main = join(import.meta.dirname, '../packages/cli/src/main.ts');
  const command = process.env.BENCH_SLUICE?.split(' ') ?? [process.execPath, main];
  const set = Object.entries(settings).map(([setting, value]) => `--set=${setting}=${value}`);
  const args = [
    ...command.slice(1),
    'start',
    '--listen',
    `127.0.0.1:${port}`,
    '--no-aws',
    '--data',
    join(dataDir, 'data'),
    ...set,
  ];
  const startedAt = performance.now();
  const child = spawn(command[0] ?? process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const failed = ended.then(() => {
    throw new Error('sluice ended before it served');
  });
  await Promise.race([waitUntilServing(port, startTimeoutMs), failed]);
  failed.catch(() => {});
  const startedInMs = performance.now() - startedAt;
  const end = (signal: NodeJS.Signals) => endWith(child, signal, ended);
  return {
    name: 'sluice',
    bootstrap: `127.0.0.1:${port}`,
    port,
    pid: child.pid ?? 0,
    dataDir,
    startedInMs,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

async function endWith(child: ChildProcess, signal: NodeJS.Signals, ended: Promise<void>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal);
  await ended;
}
