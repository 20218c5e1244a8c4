import type { Offset } from '@sluice/kernel/ids';
import type { createSimClock } from '@sluice/kernel/sim/clock';
import type { ManagedLog } from '../../managed-log.ts';
import type { LogConfig } from '../../partition-log.ts';
import type { ReferenceLog } from './reference-log.ts';

/** A log with its model, as they are now: another log after a restart, another configuration after a change of policy. */
export interface LivingLog {
  readonly clock: ReturnType<typeof createSimClock>;
  readonly reference: ReferenceLog;
  readonly log: ManagedLog;
  /** The compaction that is under way, or was the last. */
  readonly compacting: Promise<void>;
  config(): LogConfig;
  /** Waits until all that was sent is durable. */
  settle(): Promise<void>;
}

/** The offset at a share (0 to 1) of what there is. */
export function offsetAt(
  { log, reference }: LivingLog,
  share: number,
  from: Offset = log.logStartOffset,
  to: Offset = reference.endOffset,
): Offset {
  return from + Math.floor(share * (to - from + 1) * 0.999);
}
