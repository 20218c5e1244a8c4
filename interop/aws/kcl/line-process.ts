import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A process whose output is a JSON value a line. */
export interface LineProcess {
  readonly name: string;
  write(line: string): void;
  /** Ends its input, and waits for its end. */
  end(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

/** One that ends before it was told to is a failure, of which `onFailure` hears. */
export function startLineProcess(
  name: string,
  [program = '', ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
  onLine: (value: unknown) => void,
  onFailure: (error: Error) => void,
): LineProcess {
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'inherit'] });
  let mayEnd = false;
  const closed = once(child, 'close').then(([code, signal]) => {
    if (!mayEnd) onFailure(new Error(`${name} ended with ${code ?? signal}`));
  }, onFailure);
  child.stdin.on('error', () => {});
  createInterface({ input: child.stdout }).on('line', (line) => {
    try {
      onLine(JSON.parse(line));
    } catch (error) {
      onFailure(error instanceof Error ? error : new Error(String(error)));
    }
  });
  return {
    name,
    write: (line) => child.stdin.write(`${line}\n`),
    async end() {
      mayEnd = true;
      child.stdin.end();
      await closed;
    },
    async kill() {
      mayEnd = true;
      child.kill('SIGKILL');
      await closed;
    },
  };
}
