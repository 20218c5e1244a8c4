import { processShell } from './process-shell.ts';
import { buildProgram } from './program.ts';
import { reportFailure } from './report-failure.ts';
import { VERSION } from './version.ts';

/** The kernel's timers do not keep a process alive, but a command that waits must stay. */
const KEEP_ALIVE_MS = 2 ** 30;

/** Runs one command line to its end and gives the exit code. */
export async function runProgram(args: readonly string[]): Promise<number> {
  const shell = processShell();
  const keepAlive = setInterval(() => {}, KEEP_ALIVE_MS);
  try {
    await buildProgram(shell, VERSION).parseAsync(args, { from: 'user' });
    return typeof process.exitCode === 'number' ? process.exitCode : 0;
  } catch (error) {
    return await reportFailure(shell, args, error);
  } finally {
    clearInterval(keepAlive);
    shell.release();
  }
}
