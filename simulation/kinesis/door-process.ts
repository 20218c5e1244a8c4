import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const COMMAND = fileURLToPath(new URL('../../packages/cli/src/main.ts', import.meta.url));

/** A broker and its AWS door, in one process. */
export interface DoorProcess {
  readonly endpoint: string;
  readonly pid: number | undefined;
  /** From the spawn to the line that says so. */
  readonly readyMs: number;
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
}

/** `sluice start` on a data directory, both doors at free ports of loopback. */
export async function startDoorProcess(dataDirectory: string): Promise<DoorProcess> {
  const startedAt = performance.now();
  const listen = ['--listen', '127.0.0.1:0', '--aws', '127.0.0.1:0'];
  const child = spawn(process.execPath, [COMMAND, 'start', '--data', dataDirectory, ...listen], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const exited = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    const endpoint = /^ready .*\baws=(\S+)/.exec(line)?.[1];
    if (endpoint === undefined) break;
    return {
      endpoint,
      pid: child.pid,
      readyMs: performance.now() - startedAt,
      async end(signal) {
        child.kill(signal);
        await exited;
      },
    };
  }
  child.kill('SIGKILL');
  throw new Error('sluice start did not become ready');
}
