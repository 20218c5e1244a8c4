import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http2 from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const MAIN = new URL('../../packages/cli/src/main.ts', import.meta.url).pathname;

/** A broker with a door, in a process of its own. */
export interface DoorProcess {
  readonly port: number;
  readonly child: ChildProcess;
  /** What it takes of the machine's memory. */
  residentMegabytes(): number;
  /** User and system, so far. */
  cpuSeconds(): number;
  /** Its exit code and what it has logged. */
  end(): Promise<{ readonly code: number | null; readonly log: string }>;
}

export async function startDoor(): Promise<DoorProcess> {
  const data = mkdtempSync(join(tmpdir(), 'sluice-hostile-door-'));
  const args = [MAIN, 'start', '--listen', '127.0.0.1:0', '--aws', '127.0.0.1:0', '--data', data];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  child.stderr.on('data', (chunk) => {
    log = (log + chunk).slice(-100_000);
  });
  const ended = once(child, 'close');
  for await (const line of createInterface({ input: child.stdout })) {
    const port = /^ready .*\baws=http:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1];
    if (port === undefined) continue;
    const file = (name: string) => readFileSync(`/proc/${child.pid}/${name}`, 'utf8');
    return {
      port: Number(port),
      child,
      residentMegabytes: () => Number(/^VmRSS:\s+(\d+) kB/m.exec(file('status'))?.[1]) / 1024,
      cpuSeconds() {
        const stat = file('stat');
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return (Number(fields[11]) + Number(fields[12])) / 100;
      },
      async end() {
        child.kill('SIGTERM');
        await ended;
        rmSync(data, { recursive: true, force: true });
        return { code: child.exitCode, log };
      },
    };
  }
  throw new Error(`the door did not open:\n${log}`);
}

const JSON_TYPE = 'application/x-amz-json-1.1';

export function headersOf(operation: string): Record<string, string> {
  const now = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '');
  const credential = `hostile/${now.slice(0, 8)}/us-east-1/kinesis/aws4_request`;
  return {
    'content-type': JSON_TYPE,
    'x-amz-target': `Kinesis_20131202.${operation}`,
    'x-amz-date': now,
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host;x-amz-date, Signature=0`,
  };
}

export interface Told {
  readonly status: number;
  readonly body: Buffer;
}

/** One connection of HTTP/2, as the JavaScript SDK has it. */
export function connectDoor(port: number) {
  const session = http2.connect(`http://127.0.0.1:${port}`, { settings: { initialWindowSize: 64 * 1024 } });
  session.on('error', () => {});
  const begin = async (operation: string, input: unknown) => {
    const stream = session.request({ ...headersOf(operation), ':method': 'POST', ':path': '/' });
    stream.on('error', () => {});
    stream.end(JSON.stringify(input));
    const [fields] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders];
    return { stream, status: Number(fields[':status']) };
  };
  return {
    session,
    begin,
    async call(operation: string, input: unknown): Promise<Told> {
      const { stream, status } = await begin(operation, input);
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk);
      return { status, body: Buffer.concat(chunks) };
    },
    /** Fails unless the answer is 200. */
    async ask<T>(operation: string, input: unknown): Promise<T> {
      const { status, body } = await this.call(operation, input);
      if (status !== 200) throw new Error(`${operation}: ${status} ${body}`);
      return (body.length === 0 ? {} : JSON.parse(body.toString())) as T;
    },
  };
}

export type DoorConnection = ReturnType<typeof connectDoor>;
