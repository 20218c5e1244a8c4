import { createInterface } from 'node:readline';
import type { Check, Fault, RecordSpec, ShareNote } from '../runner/contract.ts';

/** A request of CONTRACT.md; each op uses the fields that it names there. */
export type Request = {
  readonly op: string;
  readonly topic: string;
  readonly partition: number;
  readonly partitions: number;
  readonly codec: string;
  readonly batches: readonly (readonly RecordSpec[])[];
  readonly from: { readonly offset: number } | { readonly time: number };
  readonly count: number;
  readonly chunk: number;
  readonly pauseMs: number;
  readonly times: readonly number[];
  readonly kind: string;
  readonly first?: number;
  readonly member: string;
  readonly group: string;
  readonly what: string;
  readonly offset: number;
  readonly metadata: string;
  readonly classic: string;
  readonly consumer: string;
  readonly empty: string;
  readonly producer: string;
  readonly transactionalId: string;
  readonly timeoutMs?: number;
  readonly to: readonly (readonly [topic: string, partition: number, value: number | string, key?: string])[];
  readonly into: string;
  readonly isolation: 'read_committed' | 'read_uncommitted';
  readonly silenceMs: number;
  readonly worker: string;
  readonly members: number;
  readonly batch: number;
};

export type Handlers = Readonly<Record<string, (request: Request) => Promise<object> | object>>;

/** Answers requests on stdin, one after another, until it ends. */
export async function serve(handlers: Handlers, faultOf: (cause: unknown) => Fault): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    const request: Request = JSON.parse(line);
    try {
      const handler = handlers[request.op];
      if (handler === undefined) throw new Error(`no such op: ${request.op}`);
      write({ ok: await handler(request) });
    } catch (cause) {
      write({ error: faultOf(cause) });
    }
  }
}

export function progress(count: number): void {
  write({ progress: count });
}

export function share(note: ShareNote): void {
  write({ share: note });
}

function write(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

/** The error that a piece of work must end with. */
export async function provoked(work: () => Promise<unknown>, faultOf: (cause: unknown) => Fault): Promise<Fault> {
  try {
    await work();
  } catch (cause) {
    return faultOf(cause);
  }
  throw new Error('nothing went wrong');
}

export type Checks = { readonly checks: Check[]; run(name: string, step: () => Promise<void>): Promise<void> };

/** Runs named steps; a failed one does not stop the rest. */
export function createChecks(): Checks {
  const checks: Check[] = [];
  return {
    checks,
    async run(name, step) {
      try {
        await step();
        checks.push({ name });
      } catch (cause) {
        checks.push({ name, error: cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause) });
      }
    },
  };
}

export function expect(what: string, got: unknown, want: unknown): void {
  if (got !== want) throw new Error(`${what}: got ${got}, want ${want}`);
}

const tries = 50;

/** Tries again for a while: Kafka's brokers hear of a change of metadata after it was answered. */
export async function eventually(step: () => Promise<void>): Promise<void> {
  for (let left = tries; ; left -= 1) {
    try {
      return await step();
    } catch (cause) {
      if (left === 0) throw cause;
      await pause(100);
    }
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
