import type { Clock } from '@sluice/kernel/clock';
import type { Network } from '@sluice/kernel/network';
import type { Random } from '@sluice/kernel/random';

/** Where a command writes to. */
export interface OutputStream {
  readonly isTerminal: boolean;
  /** Whether colours may be used: a terminal that can, and no NO_COLOR. */
  readonly hasColors: boolean;
  /** Width in characters; undefined when it is no terminal, so that nothing is wrapped for a pipe. */
  readonly columns: number | undefined;
  /** Height in lines; undefined when it is no terminal. */
  readonly rows: number | undefined;
  /** Settles when more may be written. Once the reader has gone away (a closed pipe) everything is dropped. */
  write(chunk: string | Uint8Array): Promise<void>;
  /** True once the reader has gone away: a command that only feeds it may stop. */
  readonly closed: boolean;
}

/** What a command sees of the process around it; tests give it another one. */
export interface Shell {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly stdin: { readonly isTerminal: boolean; chunks(): AsyncIterable<Buffer> };
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly network: Network;
  readonly random: Random;
  /** A file's chunks; fails with `CliFailure`. */
  readFile(path: string): AsyncIterable<Buffer>;
  /** Lets go of standard input, which would keep the process alive while somebody could still type. */
  release(): void;
  /** Ends the process here and now. */
  exitNow(code: number): never;
  /** Calls `action` at each SIGINT or SIGTERM instead of ending the process, until it is undone. */
  onInterrupt(action: (signal: 'SIGINT' | 'SIGTERM') => void): { undo(): void };
}
