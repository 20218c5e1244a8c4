import { DiskError } from '@sluice/kernel/disk';
import type { LogFailure } from './log-state.ts';

/** A write that failed, as the reason why its log is offline. */
export function failureOf(error: unknown): LogFailure {
  return {
    reason: `write failed: ${reasonOf(error)}`,
    isDiskFull: error instanceof DiskError && error.tag === 'no-space',
  };
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
