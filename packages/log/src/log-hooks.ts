import type { Offset } from '@sluice/kernel/ids';

/** What a log asks of the data directory that holds it. */
export interface LogHooks {
  /** Settles once the log start offset is on disk. */
  persistLogStartOffset(offset: Offset): Promise<void>;
  /** Settles once the recovery point is on disk: the log is about to be cut below the old one. */
  persistRecoveryPoint(offset: Offset): Promise<void>;
  /** Settles once the cleaned offset is on disk: the log is about to be cut below the old one. */
  persistCleanedOffset(): Promise<void>;
  /**
   * Settles once the partition's directory itself survives a power loss, but for what a sync of it makes durable; asked
   * before anything in it counts as durable.
   */
  persistDirectory(): Promise<void>;
  /** A segment is complete, so that the recovery point has moved. */
  onRecoveryPointMoved(): void;
  /** It went offline, for a reason that may be its directory's. Not for a full disk. */
  onOffline(reason: string): void;
  /** Much was written since the last checkpoint; now would be a good time for one. */
  onCheckpointDue(): void;
}
