import type { Clock } from '@sluice/kernel/clock';
import { ClientError } from './client-error.ts';
import { KafkaError } from './kafka-error.ts';
import { wait } from './wait.ts';

/** Between attempts, while a partition has no leader or a broker is away. */
export const RETRY_DELAY_MS = 100;

/** Whether the same may succeed later. */
export function isTransient(error: unknown): boolean {
  if (error instanceof ClientError) return error.tag !== 'not-kafka' && error.tag !== 'unsupported';
  return error instanceof KafkaError && error.isRetriable;
}

/** Repeats what fails in passing, until `patienceMs` have gone by without success. */
export async function retry<Result>(clock: Clock, patienceMs: number, attempt: () => Promise<Result>): Promise<Result> {
  const startMs = clock.monotonicMs();
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isTransient(error) || clock.monotonicMs() - startMs > patienceMs) throw error;
      await wait(clock, RETRY_DELAY_MS);
    }
  }
}
