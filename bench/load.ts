import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Server } from './server.ts';

const binary = join(import.meta.dirname, '../.cache/bench-load');

/** Builds the Go program once per run; its modules are pinned in bench/go/go.sum. */
export function buildLoad(): void {
  mkdirSync(join(binary, '..'), { recursive: true });
  execFileSync('go', ['build', '-o', binary, '.'], { cwd: join(import.meta.dirname, 'go'), stdio: 'inherit' });
}

export type LoadFlags = Readonly<Record<string, string | number | boolean>>;

/** Runs one command of the load program to its end and returns what it says. */
export async function load<T>(command: string, server: Server, topic: string, flags: LoadFlags = {}): Promise<T> {
  const { output } = startLoad(command, server, topic, flags);
  return JSON.parse((await output).trim().split('\n').at(-1) ?? '') as T;
}

/** Starts a command; `output` is all that it printed once it has ended. */
export function startLoad(command: string, server: Server, topic: string, flags: LoadFlags) {
  const settings = Object.entries(flags).map(([name, value]) => `-${name}=${value}`);
  const args = [command, `-bootstrap=${server.bootstrap}`, `-topic=${topic}`, ...settings];
  const child = spawn(binary, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  return { child, output: collect(child, `load ${args.join(' ')} (${server.name})`) };
}

export async function collect(child: ChildProcess, what: string): Promise<string> {
  let output = '';
  child.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (code !== 0) throw new Error(`${what} ended with ${code}\n${output}`);
  return output;
}
