export type Interruption = 'SIGINT' | 'SIGTERM';

const SIGNAL_NUMBERS = { SIGINT: 2, SIGTERM: 15 } as const;

/** What a shell shows of a program that a signal has ended. */
export function exitCodeOfSignal(signal: Interruption): number {
  return 128 + SIGNAL_NUMBERS[signal];
}
