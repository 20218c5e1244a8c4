import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { outsideEnvironment } from './run.ts';

const START_TIMEOUT_MS = 30_000;

/** Starts `npx sluice start` in a folder, as a user would, and waits until it is ready. */
export async function startBroker(folder: string, args: readonly string[]) {
  const child = spawn('npx', ['sluice', 'start', ...args], {
    cwd: folder,
    env: outsideEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
    // npx does not pass signals on, but a terminal's Ctrl-C reaches the whole group: so does the stop below.
    detached: true,
  });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  // npx ends at the signal itself; its output closes when the broker behind it has ended too.
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const timer = setTimeout(() => killGroup(child.pid, 'SIGKILL'), START_TIMEOUT_MS);
  let bootstrap: string | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    bootstrap = /^ready .*bootstrap=(\S+)/.exec(line)?.[1];
    if (bootstrap !== undefined) break;
  }
  clearTimeout(timer);
  if (bootstrap === undefined) throw new Error(`sluice start did not become ready:\n${log}`);
  return {
    bootstrap,
    /** Settles when the broker has ended, with what it logged. */
    async stop(): Promise<string> {
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new Error(`the broker had ended by itself (${child.exitCode ?? child.signalCode}):\n${log}`);
      }
      killGroup(child.pid, 'SIGINT');
      await ended;
      return log;
    },
  };
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid !== undefined) process.kill(-pid, signal);
}
