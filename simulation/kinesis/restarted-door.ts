import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Caller, connect, Refusal } from './call.ts';
import { type DoorProcess, startDoorProcess } from './door-process.ts';

export type Ask = <Answer>(operation: string, input: object) => Promise<Answer>;

const RETRY_MS = 50;

/** A broker with a door in a real process, which is killed again and again, and its data directory. */
export interface RestartedDoor extends AsyncDisposable {
  readonly dataDirectory: string;
  /** Of each start. */
  readonly readyMs: readonly number[];
  /** Fails with a `Refusal`, or when the door is not there or dies meanwhile. */
  readonly ask: Ask;
  /** Until a door answers. */
  readonly insist: Ask;
  open(): Promise<void>;
  close(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  /**
   * Does all of it; the first that fails ends the others: nobody insists any more, and `onFailure` is called. Fails as that
   * one did.
   */
  together(work: readonly Promise<unknown>[], onFailure: () => void): Promise<void>;
}

export function createRestartedDoor(): RestartedDoor {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'sluice-kinesis-'));
  const readyMs: number[] = [];
  let door: DoorProcess | undefined;
  let caller: Caller | undefined;
  let failure: unknown;

  async function close(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const closing = door;
    caller?.close();
    caller = undefined;
    await closing?.end(signal);
  }

  const ask: Ask = async (operation, input) => {
    if (caller === undefined) throw new Error('no door is open');
    return await caller.call(operation, input);
  };

  return {
    dataDirectory,
    readyMs,
    ask,
    async insist(operation, input) {
      for (;;) {
        try {
          return await ask(operation, input);
        } catch (error) {
          if (error instanceof Refusal || failure !== undefined) throw failure ?? error;
          await pause(RETRY_MS);
        }
      }
    },
    async open() {
      door = await startDoorProcess(dataDirectory);
      caller = connect(door.endpoint);
      readyMs.push(door.readyMs);
    },
    close,
    async together(work, onFailure) {
      await Promise.all(
        work.map((each) =>
          each.catch((error) => {
            failure ??= error;
            onFailure();
          }),
        ),
      );
      if (failure !== undefined) throw failure;
    },
    async [Symbol.asyncDispose]() {
      await close('SIGKILL');
      rmSync(dataDirectory, { recursive: true, force: true });
    },
  };
}

export async function untilStreamActive(insist: Ask, StreamName: string): Promise<void> {
  for (;;) {
    const { StreamDescriptionSummary: summary } = await insist<{
      StreamDescriptionSummary: { StreamStatus: string };
    }>('DescribeStreamSummary', { StreamName });
    if (summary.StreamStatus === 'ACTIVE') return;
    await pause(RETRY_MS);
  }
}
