import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { kafkaClassPath } from './jars.ts';
import { waitUntilServing } from './probe.ts';

export type KafkaOptions = {
  /** Port of the PLAINTEXT listener on 127.0.0.1; a free one when left out. */
  readonly port?: number;
  /** Further server.properties; they win over the runner's own. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Java heap, both initial and largest. */
  readonly heap?: string;
  /** An existing or new directory to use and to leave behind; a temporary one, removed by stop(), when left out. */
  readonly dataDir?: string;
  /** Of a new directory; nodes of one cluster have the same. */
  readonly clusterId?: string;
  readonly startTimeoutMs?: number;
};

export type RunningKafka = {
  readonly bootstrap: string;
  readonly port: number;
  readonly pid: number;
  readonly dataDir: string;
  /** From the start of the Java process to the first answer to a metadata request. */
  readonly startedInMs: number;
  readonly exited: Promise<void>;
  /** Stops it cleanly and removes the temporary directory. */
  stop(): Promise<void>;
  /** `kill -9`; files stay until stop(). */
  kill(): Promise<void>;
};

/** Starts one KRaft node (broker and controller) of Apache Kafka on loopback and waits until it serves. */
export async function startKafka(options: KafkaOptions = {}): Promise<RunningKafka> {
  const classPath = await kafkaClassPath();
  const isTemporary = options.dataDir === undefined;
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'sluice-kafka-')));
  await mkdir(dataDir, { recursive: true });
  const port = options.port ?? (await freePort());
  const settings = { ...singleNodeSettings(port, await freePort(), dataDir), ...options.settings };
  const properties = join(dataDir, 'server.properties');
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  await writeFile(properties, `${lines.join('\n')}\n`);

  // A directory that was used before keeps its cluster id; formatting it again with another one is refused.
  const [firstLogDir = dataDir] = (settings['log.dirs'] ?? dataDir).split(',');
  if (!existsSync(join(firstLogDir, 'meta.properties')))
    await format(classPath, properties, dataDir, options.clusterId ?? newClusterId());
  const logPath = join(dataDir, 'kafka.log');
  const startedAt = performance.now();
  const child = spawnKafka(classPath, properties, options.heap ?? '1g', logPath);
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const { pid } = child;
  if (pid === undefined) throw new Error('java could not be started');
  const release = async () => {
    if (isTemporary) await rm(dataDir, { recursive: true, force: true });
  };
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await exited;
  };
  const serving = waitUntilServing(port, options.startTimeoutMs ?? 240_000).catch(async (cause) => {
    await end('SIGKILL');
    throw cause;
  });
  const died = exited.then(() => {
    throw new Error(`Kafka ended before it served; see ${logPath}`);
  });
  await Promise.race([serving, died]);
  died.catch(() => {});
  return {
    bootstrap: `127.0.0.1:${port}`,
    port,
    pid,
    dataDir,
    startedInMs: performance.now() - startedAt,
    exited,
    stop: async () => {
      await end('SIGTERM');
      await release();
    },
    kill: () => end('SIGKILL'),
  };
}

/** Replication factors of one, and no wait for further group members: what a node on its own needs. */
export const singleNodeDefaults: Readonly<Record<string, string>> = {
  'offsets.topic.replication.factor': '1',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'share.coordinator.state.topic.replication.factor': '1',
  'share.coordinator.state.topic.min.isr': '1',
  'group.initial.rebalance.delay.ms': '0',
};

/** One node that is broker and controller; the rest are Kafka's defaults. */
function singleNodeSettings(port: number, controllerPort: number, dataDir: string): Record<string, string> {
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    'log.dirs': join(dataDir, 'logs'),
    ...singleNodeDefaults,
  };
}

/** It may not start with a dash: the tool's option parser would take it for an option. */
export function newClusterId(): string {
  return randomBytes(16).toString('base64url').replace(/^-/, 'A');
}

async function format(classPath: string, properties: string, dataDir: string, clusterId: string): Promise<void> {
  const args = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', properties, '--ignore-formatted'];
  const child = spawn('java', ['-XX:TieredStopAtLevel=1', '-Xshare:auto', '-cp', classPath, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: dataDir,
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (code !== 0) throw new Error(`StorageTool format ended with ${code}:\n${output}`);
}

function spawnKafka(classPath: string, properties: string, heap: string, logPath: string): ChildProcess {
  // The flags of Kafka's own start script.
  const flags = [
    `-Xms${heap}`,
    `-Xmx${heap}`,
    '-server',
    '-XX:+UseG1GC',
    '-XX:MaxGCPauseMillis=20',
    '-XX:InitiatingHeapOccupancyPercent=35',
    '-XX:+ExplicitGCInvokesConcurrent',
    '-Djava.awt.headless=true',
    '-Dorg.slf4j.simpleLogger.defaultLogLevel=info',
  ];
  const log = createWriteStream(logPath, { flags: 'a' });
  const child = spawn('java', [...flags, '-cp', classPath, 'kafka.Kafka', properties], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  child.once('close', () => log.end());
  return child;
}
