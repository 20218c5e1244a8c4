import { realClock } from '@sluice/kernel/real/clock';
import { realNetwork } from '@sluice/kernel/real/network';
import { realRandom } from '@sluice/kernel/real/random';
import { buildProgram } from '../program.ts';
import { reportFailure } from '../report-failure.ts';
import type { OutputStream, Shell } from '../shell.ts';

export interface TestShell extends Shell {
  readonly out: string;
  readonly err: string;
  /** Settles when this has been written to standard output. */
  seen(text: string): Promise<void>;
  interrupt(): void;
}

export interface TestShellOptions {
  readonly input?: string | AsyncIterable<Buffer>;
  /** Whether the input is typed at a terminal. */
  readonly isTyped?: boolean;
  /** Makes both outputs terminals of this width, with colours. */
  readonly columns?: number;
  /** Their height; 24 unless said. */
  readonly rows?: number;
  readonly files?: Readonly<Record<string, string>>;
  /** What each write to standard output waits for. */
  readonly slowness?: () => Promise<void>;
}

/** A shell whose output is kept and whose input is given. Clock and network are the machine's. */
export function createTestShell({
  input = '',
  isTyped = false,
  columns,
  rows = 24,
  files = {},
  slowness,
}: TestShellOptions = {}): TestShell {
  const written = { out: '', err: '' };
  const watchers = new Set<() => void>();
  const interrupts = new Set<(signal: 'SIGINT' | 'SIGTERM') => void>();
  const stream = (name: 'out' | 'err'): OutputStream => ({
    isTerminal: columns !== undefined,
    hasColors: columns !== undefined,
    columns,
    rows: columns === undefined ? undefined : rows,
    closed: false,
    async write(chunk) {
      written[name] += chunk.toString();
      for (const look of watchers) look();
      if (name === 'out') await slowness?.();
    },
  });
  return {
    get out() {
      return written.out;
    },
    get err() {
      return written.err;
    },
    seen: (text) =>
      new Promise((resolve) => {
        const look = () => {
          if (!written.out.includes(text)) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
      }),
    interrupt() {
      for (const action of interrupts) action('SIGINT');
    },
    stdout: stream('out'),
    stderr: stream('err'),
    stdin: { isTerminal: isTyped, chunks: () => (typeof input === 'string' ? chunksOf(input) : input) },
    environment: {},
    clock: realClock,
    network: realNetwork,
    random: realRandom,
    readFile: (path) => chunksOf(files[path] ?? ''),
    release() {},
    exitNow(code) {
      throw new Error(`ended with ${code}`);
    },
    onInterrupt(action) {
      interrupts.add(action);
      return { undo: () => void interrupts.delete(action) };
    },
  };
}

async function* chunksOf(text: string): AsyncGenerator<Buffer> {
  if (text !== '') yield Buffer.from(text);
}

/** Runs a command line in a shell and gives its exit code. */
export async function runCommand(shell: Shell, ...args: readonly string[]): Promise<number> {
  try {
    await buildProgram(shell, '0.0.0').parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    return await reportFailure(shell, args, error);
  }
}
