import { type ClientProcess, startClient } from './client-process.ts';
import type { Client } from './clients.ts';
import type { Hello, Op, Replies, ShareNote } from './contract.ts';
import type { Report } from './report.ts';
import type { Server } from './server.ts';

/** A client under test, its program running against this stage's server. */
export type Actor = {
  readonly name: string;
  readonly client: Client;
  readonly hello: Hello;
  ask<O extends Op>(op: O, request?: object, options?: AskOptions): Promise<Replies[O]>;
  /** The same of a second program of this client, which works beside the first. */
  askBeside: Actor['ask'];
  /** The same of any other program of this client, by a name of the case's own. */
  askIn(place: string): Actor['ask'];
  /** Hears what members of share groups note that run in such a program, from now on; the program of that moment. */
  hear(place: string, onShare: (note: ShareNote) => void): void;
  /** Kills such a program: its members are gone without a word. */
  kill(place: string): Promise<void>;
};
export type AskOptions = { readonly timeoutMs?: number; readonly onProgress?: (count: number) => void };

/** What a case plays on: one server, the chosen clients, and the report that hears the outcome. */
export type Stage = {
  readonly caseName: string;
  readonly server: Server;
  readonly actors: readonly Actor[];
  /** What is seen here is kept as what is expected. */
  readonly isRecording: boolean;
  /** Runs one named test; a thrown error is its failure, a `Skip` its reason not to run. */
  test(actor: Actor, name: string, run: () => Promise<string | undefined>): Promise<void>;
  row(actor: Actor, name: string, outcome: { error?: string; skipped?: string }): void;
  /** After each kill of the server: a run of a hundred says now and then how far it is. */
  onKill(done: number, total: number): void;
};

/** Thrown by a test that finds it has nothing to test here. */
export class Skip extends Error {}

const killsPerNote = 10;
const askTimeoutMs = 60_000;
/** Kafka comes back from a kill -9 in half a minute on a busy machine, and clients wait for it with what they were asked. */
const askTimeoutOfKafkaMs = 180_000;

export async function openStage(
  caseName: string,
  server: Server,
  clients: readonly Client[],
  report: Report,
  isRecording: boolean,
): Promise<Stage & { close(): Promise<void> }> {
  const askTimeoutByDefaultMs = server.kind === 'sluice' ? askTimeoutMs : askTimeoutOfKafkaMs;
  const processes = new Map<string, ClientProcess>();
  const processOf = (client: Client, place: string) => {
    const key = `${client.name} ${place}`;
    let running = processes.get(key);
    if (running === undefined || !running.isAlive) {
      running = startClient(client.command(), server.bootstrap);
      processes.set(key, running);
    }
    return running;
  };
  const askOf =
    (client: Client, place: string): Actor['ask'] =>
    async (op, request = {}, { timeoutMs = askTimeoutByDefaultMs, onProgress } = {}) => {
      // The program answers with the reply that CONTRACT.md gives for this request.
      const reply = await processOf(client, place).ask({ op, ...request }, timeoutMs, onProgress);
      return reply as never;
    };
  const actors: Actor[] = [];
  for (const client of clients) {
    const ask = askOf(client, 'first');
    const startedAt = performance.now();
    try {
      const hello = await ask('hello');
      actors.push({
        name: client.name,
        client,
        hello,
        ask,
        askBeside: askOf(client, 'second'),
        askIn: (place) => askOf(client, place),
        hear: (place, onShare) => {
          processOf(client, place).onShare = onShare;
        },
        kill: async (place) => processes.get(`${client.name} ${place}`)?.kill(),
      });
    } catch (cause) {
      report.add({ client: client.name, caseName, name: 'start', startedAt, error: messageOf(cause) });
    }
  }
  return {
    caseName,
    server,
    actors,
    isRecording,
    async test(actor, name, run) {
      const startedAt = performance.now();
      const row = { client: actor.name, caseName, name, startedAt };
      try {
        const note = await run();
        report.add({ ...row, ...(note === undefined ? {} : { note }) });
      } catch (cause) {
        if (cause instanceof Skip) report.add({ ...row, skipped: cause.message });
        else report.add({ ...row, error: messageOf(cause) });
      }
    },
    row(actor, name, outcome) {
      report.add({ client: actor.name, caseName, name, ...outcome });
    },
    onKill(done, total) {
      if (done % killsPerNote === 0) report.progress(caseName, `${done} of ${total} kills`);
    },
    async close() {
      await Promise.all([...processes.values()].map((running) => running.end()));
    },
  };
}

export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
