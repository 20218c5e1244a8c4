import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafka } from '../scripts/kafka/start-kafka.ts';
import { sharedSettings } from './settings.ts';

type Settings = Readonly<Record<string, string>>;

/** A server under test. */
export type Target = { readonly host: string; readonly port: number; stop(): Promise<void> };

/** `kafka`, `sluice` (each started fresh and removed afterwards), or the address of a running server. */
export async function openTarget(server: string, settings: Settings = sharedSettings): Promise<Target> {
  if (server === 'kafka') {
    const dataDir = await mkdtemp(join(tmpdir(), 'kafka-conformance-'));
    const kafka = await startKafka({ dataDir, settings: { ...settings, 'log.dirs': logDirs(dataDir).join() } });
    const stop = async () => {
      await kafka.stop();
      await rm(dataDir, { recursive: true, force: true });
    };
    return { host: '127.0.0.1', port: kafka.port, stop };
  }
  if (server === 'sluice') return startSluice(settings);
  const match = /^(.+):(\d+)$/.exec(server);
  if (match === null) throw new Error(`--server wants sluice, kafka or host:port, not ${server}`);
  return { host: match[1] ?? '', port: Number(match[2]), stop: async () => {} };
}

/** Both have two, so that partitions can move between them. */
function logDirs(dataDir: string): string[] {
  return [0, 1].map((index) => join(dataDir, `logs-${index}`));
}

async function startSluice(settings: Settings): Promise<Target> {
  const dataDir = await mkdtemp(join(tmpdir(), 'sluice-conformance-'));
  const main = join(import.meta.dirname, '../packages/cli/src/main.ts');
  const set = Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
  const data = logDirs(dataDir).flatMap((path) => ['--data', path]);
  const args = [main, 'start', '--listen', '127.0.0.1:0', ...data, ...set];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  // Its log matters only when it does not start.
  let log = '';
  child.stderr.on('data', (chunk) => {
    log = (log + chunk).slice(-4000);
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    return { host: '127.0.0.1', port: await readyPort(child), stop };
  } catch (cause) {
    await stop();
    throw new Error(`sluice did not start:\n${log}`, { cause });
  }
}

function readyPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout?.on('data', (chunk) => {
      output += chunk;
      const port = /^ready .*bootstrap=\S+:(\d+)/m.exec(output)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`sluice ended with ${code} before it was ready`)));
  });
}
