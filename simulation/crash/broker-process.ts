import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { BrokerAddress } from '@sluice/client/broker-address';

const COMMAND = fileURLToPath(new URL('../../packages/cli/src/main.ts', import.meta.url));
const START_MS_MAX = 120_000;
/** Of its log, what an error shows. */
const LOG_CHARACTERS_MAX = 4_000;

export interface BrokerProcess {
  readonly address: BrokerAddress;
  readonly pid: number | undefined;
  /** From the spawn to the line that says so. */
  readonly readyMs: number;
  /** Processor time until then; undefined where the system does not tell. On a busy machine it says more. */
  readonly readyCpuMs: number | undefined;
  readonly hasExited: boolean;
  readonly log: string;
  /** `kill -9` */
  kill(): Promise<void>;
  /** A clean end; gives the exit code. */
  stop(): Promise<number | null>;
}

export interface BrokerProcessOptions {
  readonly dataDirectory: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly settings: Readonly<Record<string, string>>;
  /** A command that runs the broker: a tracer, a shell with limits. It must become the broker's own process. */
  readonly wrapper?: readonly string[];
  /** Another version's command line. */
  readonly commandLine?: string;
  /** Node's own options. */
  readonly nodeOptions?: readonly string[];
}

/** `sluice start` in a process of its own, ready to serve. */
export async function startBrokerProcess(options: BrokerProcessOptions): Promise<BrokerProcess> {
  const startedAt = performance.now();
  const spawned = spawnBroker(options);
  const { child, exited, output } = spawned;
  const timer = setTimeout(() => child.kill('SIGKILL'), START_MS_MAX);
  const bootstrap = await Promise.race([spawned.ready, exited.then(() => undefined)]);
  clearTimeout(timer);
  const readyMs = performance.now() - startedAt;
  const readyCpuMs = cpuMs(child.pid);
  if (bootstrap === undefined) throw new Error(`sluice start did not become ready: ${output.log}`);
  const colon = bootstrap.lastIndexOf(':');
  return {
    address: { host: bootstrap.slice(0, colon), port: Number(bootstrap.slice(colon + 1)) },
    pid: child.pid,
    readyMs,
    readyCpuMs,
    get hasExited() {
      return child.exitCode !== null || child.signalCode !== null;
    },
    get log() {
      return output.log;
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    async stop() {
      child.kill('SIGTERM');
      return await exited;
    },
  };
}

/** Starts one and kills it so soon that it may still be recovering. */
export async function startAndKill(options: BrokerProcessOptions, afterMs: number): Promise<void> {
  const { child, exited } = spawnBroker(options);
  const timer = setTimeout(() => child.kill('SIGKILL'), afterMs);
  await exited;
  clearTimeout(timer);
}

/** Linux counts in hundredths of a second, in fields 14 and 15 of `stat`, counted behind the command's name. */
function cpuMs(pid: number | undefined): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return undefined;
  }
}

function spawnBroker(options: BrokerProcessOptions) {
  const { dataDirectory, port, settings, wrapper = [], nodeOptions = [], commandLine = COMMAND } = options;
  const set = Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
  const args = [commandLine, 'start', '--listen', `127.0.0.1:${port}`, '--no-aws', '--data', dataDirectory, ...set];
  const [command = process.execPath, ...rest] = [...wrapper, process.execPath, ...nodeOptions, ...args];
  const child: ChildProcess = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { log: '' };
  const keep = (chunk: Buffer) => {
    output.log = (output.log + chunk.toString()).slice(-LOG_CHARACTERS_MAX);
  };
  const ready = new Promise<string>((resolve) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const bootstrap = /^ready .*bootstrap=(\S+)/m.exec(text)?.[1];
      if (bootstrap !== undefined) resolve(bootstrap);
    });
  });
  child.stderr?.on('data', keep);
  const exited = new Promise<number | null>((resolve) => child.on('close', resolve));
  return { child, output, ready, exited };
}
