import { exitCodeOfSignal, type Interruption } from '../../exit-code-of-signal.ts';
import type { Shell } from '../../shell.ts';

export interface StopAtInterrupt {
  /** Settles at the first interrupt; the second ends the process. */
  readonly interrupted: Promise<Interruption>;
  undo(): void;
}

/** What was read is still written, and told, when somebody has had enough. */
export function stopAtInterrupt(shell: Shell): StopAtInterrupt {
  const first = Promise.withResolvers<Interruption>();
  let isInterrupted = false;
  const { undo } = shell.onInterrupt((signal) => {
    if (isInterrupted) shell.exitNow(exitCodeOfSignal(signal));
    isInterrupted = true;
    first.resolve(signal);
  });
  return { interrupted: first.promise, undo };
}
