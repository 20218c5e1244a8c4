import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AwsClient } from './clients.ts';
import { ACCESS_KEY, type DoorProcess, REGION } from './start-door.ts';

const WALK_TIMEOUT_MS = 60_000;

/** What the client printed, parsed. */
export async function runWalk(client: AwsClient, stream: string, { endpoint }: DoorProcess): Promise<unknown> {
  const [program = '', ...rest] = client.command;
  const child = spawn(program, [...rest, stream, ...(client.parameters ?? [])], {
    env: {
      ...process.env,
      ...ACCESS_KEY,
      AWS_REGION: REGION,
      AWS_DEFAULT_REGION: REGION,
      AWS_ENDPOINT_URL: endpoint,
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: WALK_TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`it ended with ${code}`);
  return JSON.parse(output);
}
