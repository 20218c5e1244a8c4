import { holdProcess } from '@sluice/kernel/real/hold-process';
import { processShell } from './process-shell.ts';
import { buildProgram } from './program.ts';
import { reportFailure } from './report-failure.ts';
import { VERSION } from './version.ts';

/** Runs one command line to its end and gives the exit code. */
export async function runProgram(args: readonly string[]): Promise<number> {
  const shell = processShell();
  // A command that waits must stay.
  const letGo = holdProcess();
  try {
    await buildProgram(shell, VERSION).parseAsync(args, { from: 'user' });
    return typeof process.exitCode === 'number' ? process.exitCode : 0;
  } catch (error) {
    return await reportFailure(shell, args, error);
  } finally {
    letGo();
    shell.release();
  }
}
