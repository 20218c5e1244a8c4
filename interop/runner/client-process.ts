import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Fault, ShareNote } from './contract.ts';

/** What a client answered instead of doing what it was asked. */
export class ClientFault extends Error {
  readonly fault: Fault;
  constructor(fault: Fault) {
    super(`${fault.type}${fault.code > 0 ? ` (${fault.code})` : ''}: ${fault.message}`);
    this.fault = fault;
  }
}

export type ClientProcess = {
  /** Sends one request, once those before it are answered; `onProgress` hears the progress lines before its answer. */
  ask(request: object, timeoutMs: number, onProgress?: (count: number) => void): Promise<unknown>;
  /** Hears what members of share groups note, whenever they do. */
  onShare: (note: ShareNote) => void;
  readonly isAlive: boolean;
  end(): Promise<void>;
  kill(): Promise<void>;
};

export type Command = { readonly argv: readonly string[]; readonly cwd: string; readonly env?: NodeJS.ProcessEnv };

const stderrCharsMax = 20_000;
/** What it takes a program to print what its threads are at. */
const dumpMs = 2_000;
const endTimeoutMs = 10_000;

/** Starts a client's program (CONTRACT.md): requests on its stdin, replies on its stdout, one JSON line each. */
export function startClient(command: Command, bootstrap: string): ClientProcess {
  const [program = '', ...args] = command.argv;
  const child = spawn(program, [...args, bootstrap], {
    cwd: command.cwd,
    env: { ...process.env, ...command.env },
    stdio: 'pipe',
  });
  let stderr = '';
  let waiting:
    | { resolve(reply: unknown): void; reject(cause: Error): void; onProgress(count: number): void }
    | undefined;
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr = (stderr + chunk).slice(-stderrCharsMax);
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (!line.startsWith('{')) {
      stderr = `${stderr}${line}\n`.slice(-stderrCharsMax);
      return;
    }
    const message = parse(line);
    // The rest of a line that a kill cut off.
    if (message === undefined) return;
    if (message.share !== undefined) client.onShare(message.share);
    else if (message.progress !== undefined) waiting?.onProgress(message.progress);
    else if (message.error !== undefined) waiting?.reject(new ClientFault(message.error));
    else waiting?.resolve(message.ok);
  });
  /** It did not answer in time, and was told to say why. */
  let late: string | undefined;
  const fail = (what: string) => waiting?.reject(new Error(`${what}\n${stderr.trim()}`));
  child.on('error', (cause) => fail(cause.message));
  child.on('close', (code, signal) => fail(late ?? `the client's program ended (${signal ?? code})`));
  child.stdin.on('error', () => {});

  let turn: Promise<unknown> = Promise.resolve();
  const isAlive = () => child.exitCode === null && child.signalCode === null && child.pid !== undefined;
  const askNow: ClientProcess['ask'] = async (request, timeoutMs, onProgress = () => {}) => {
    if (!isAlive()) throw new Error(`the client's program is gone\n${stderr.trim()}`);
    const answer = Promise.withResolvers<unknown>();
    waiting = { ...answer, onProgress };
    let timer = setTimeout(() => {
      late = `no answer to ${'op' in request ? request.op : 'a request'} within ${timeoutMs} ms`;
      // Java, Go and Python tell where each of their threads is.
      child.kill('SIGQUIT');
      timer = setTimeout(() => child.kill('SIGKILL'), dumpMs);
    }, timeoutMs);
    child.stdin.write(`${JSON.stringify(request)}\n`);
    try {
      return await answer.promise;
    } finally {
      clearTimeout(timer);
      waiting = undefined;
      late = undefined;
    }
  };
  const client: ClientProcess = {
    onShare: () => {},
    get isAlive() {
      return isAlive();
    },
    ask(request, timeoutMs, onProgress) {
      const answer = turn.then(() => askNow(request, timeoutMs, onProgress));
      turn = answer.catch(() => {});
      return answer;
    },
    end: () => endChild(child),
    kill: async () => {
      const exited = new Promise((resolve) => child.once('exit', resolve));
      if (isAlive() && child.kill('SIGKILL')) await exited;
    },
  };
  return client;
}

type Message = { ok?: unknown; error?: Fault; progress?: number; share?: ShareNote };

function parse(line: string): Message | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

async function endChild(child: ChildProcessWithoutNullStreams): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.stdin.end();
  const timer = setTimeout(() => child.kill('SIGKILL'), endTimeoutMs);
  await exited;
  clearTimeout(timer);
}
