import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** The only key that the door knows. An access key of 12 digits is an account's. */
export const ACCESS_KEY = { AWS_ACCESS_KEY_ID: '111111111111', AWS_SECRET_ACCESS_KEY: 'a secret of the test' };
export const REGION = 'eu-west-1';

export interface DoorProcess {
  readonly endpoint: string;
  end(): Promise<void>;
}

/** A door at a free port of loopback: in front of the cluster at `bootstrap`, or of a broker of its own that keeps nothing. */
export async function startDoor(bootstrap?: string): Promise<DoorProcess> {
  const broker = ['start', '--ephemeral', '--listen', '127.0.0.1:0', '--aws', '127.0.0.1:0'];
  const command = bootstrap === undefined ? broker : ['aws', '--bootstrap', bootstrap, '--listen', '127.0.0.1:0'];
  const child = spawn(process.execPath, ['packages/cli/src/main.ts', ...command, '--aws-keys', 'env'], {
    env: { ...process.env, ...ACCESS_KEY },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  for await (const line of createInterface({ input: child.stdout })) {
    const endpoint = /^ready .*\baws=(\S+)/.exec(line)?.[1];
    if (endpoint === undefined) break;
    return {
      endpoint,
      async end() {
        child.kill('SIGTERM');
        await ended;
      },
    };
  }
  child.kill('SIGKILL');
  throw new Error('the door did not open');
}
