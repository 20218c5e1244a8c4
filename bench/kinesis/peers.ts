import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../scripts/kafka/free-port.ts';
import { createCaller } from './caller.ts';

/** Free emulators of Kinesis that install by their ecosystem's own client, without a container. */
const PEERS = { 'kinesis-local': '0.6.2', kinesalite: '3.3.3', moto: '5.2.5' } as const;
const INSTALLED = join(import.meta.dirname, '../../.cache/bench-peers');
/** As it is installed, like the others: from source a start would read and strip six hundred files. */
const SLUICE = process.env.BENCH_SLUICE?.split(' ') ?? [
  process.execPath,
  join(import.meta.dirname, '../../dist/bin/sluice.js'),
];
const START_TIMEOUT_MS = 60_000;

export type PeerName = 'sluice' | 'sluice-page-cache' | 'sluice-without-door' | keyof typeof PEERS;

export interface Peer {
  readonly name: PeerName;
  /** Of its HTTP endpoint; of `sluice-without-door` the broker's. */
  readonly port: number;
  readonly brokerPort: number;
  readonly pid: number;
  /** From the start of the process to the first answer: to ListStreams, and of a broker alone to a connection. */
  readonly startedInMs: number;
  end(signal?: NodeJS.Signals): Promise<void>;
}

export interface PeerOptions {
  readonly dataDir: string;
  /** The only processor that it runs on; undefined for all. */
  readonly core?: number;
  readonly started: (port: number, brokerPort: number) => Promise<boolean>;
}

export async function startPeer(name: PeerName, { dataDir, core, started }: PeerOptions): Promise<Peer> {
  const port = await freePort();
  const brokerPort = await freePort();
  const { command, environment } = commandOf(name, port, brokerPort, dataDir);
  const [program = '', ...args] = core === undefined ? command : ['taskset', '-c', String(core), ...command];
  const startedAt = performance.now();
  const child = spawn(program, args, {
    stdio: ['ignore', 'ignore', 'ignore'],
    env: { ...process.env, ...environment },
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  try {
    while (!(await started(port, brokerPort))) {
      if (child.exitCode !== null) throw new Error(`${name} ended before it served`);
      if (performance.now() - startedAt > START_TIMEOUT_MS) throw new Error(`${name} did not start in time`);
      await sleep(2);
    }
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  return {
    name,
    port,
    brokerPort,
    pid: child.pid ?? 0,
    startedInMs: performance.now() - startedAt,
    async end(signal = 'SIGKILL') {
      child.kill(signal);
      await ended;
    },
  };
}

/** Whether the endpoint answers ListStreams. */
export async function answersListStreams(port: number): Promise<boolean> {
  const caller = createCaller(port, '1.1', 1);
  try {
    return (await caller.call('ListStreams', '{}')).length > 0;
  } catch {
    return false;
  } finally {
    caller.close();
  }
}

function commandOf(name: PeerName, port: number, brokerPort: number, dataDir: string) {
  const none: Readonly<Record<string, string>> = {};
  switch (name) {
    case 'sluice':
    case 'sluice-page-cache':
    case 'sluice-without-door': {
      const door = name === 'sluice-without-door' ? ['--no-aws'] : ['--aws', `127.0.0.1:${port}`];
      const durability = name === 'sluice-page-cache' ? ['--set=sluice.durability=os'] : [];
      const listen = ['--listen', `127.0.0.1:${brokerPort}`, '--data', join(dataDir, name)];
      return { command: [...SLUICE, 'start', ...listen, ...door, ...durability], environment: none };
    }
    case 'kinesis-local':
      return {
        command: [process.execPath, join(INSTALLED, 'node_modules/kinesis-local/main.js')],
        environment: {
          KINESIS_MOCK_PLAIN_PORT: String(port),
          KINESIS_MOCK_TLS_PORT: String(brokerPort),
          KINESIS_MOCK_CERT_PATH: join(INSTALLED, 'node_modules/kinesis-local/server.json'),
          LOG_LEVEL: 'ERROR',
        },
      };
    case 'kinesalite':
      return {
        command: [process.execPath, join(INSTALLED, 'node_modules/kinesalite/cli.js'), '--port', String(port)],
        environment: none,
      };
    case 'moto':
      return { command: [join(INSTALLED, 'venv/bin/moto_server'), '-p', String(port)], environment: none };
  }
}

/** Puts the peers into the cache of this repository, by npm and pip. */
export function installPeers(): void {
  mkdirSync(INSTALLED, { recursive: true });
  const run = (command: string, args: readonly string[]) =>
    execFileSync(command, args, { cwd: INSTALLED, stdio: 'inherit' });
  if (!existsSync(join(INSTALLED, 'node_modules/kinesis-local'))) {
    writeFileSync(join(INSTALLED, 'package.json'), '{"private":true}');
    const packages = [`kinesis-local@${PEERS['kinesis-local']}`, `kinesalite@${PEERS.kinesalite}`];
    run('npm', ['install', '--no-audit', '--no-fund', ...packages]);
  }
  if (!existsSync(join(INSTALLED, 'venv/bin/moto_server'))) {
    run('python3', ['-m', 'venv', 'venv']);
    run('venv/bin/pip', ['install', '-q', `moto[server]==${PEERS.moto}`]);
  }
}
