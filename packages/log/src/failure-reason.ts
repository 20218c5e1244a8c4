import { DiskError } from '@sluice/kernel/disk';
import type { LogFailure } from './log-state.ts';

/** A write that failed, as the reason why its log is offline. */
export function failureOf(error: unknown): LogFailure {
  return {
    reason: `write failed: ${reasonOf(error)}`,
    // Without a descriptor nothing was written either, and somebody will close one.
    isDiskFull: error instanceof DiskError && (error.tag === 'no-space' || error.tag === 'too-many-files'),
  };
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
