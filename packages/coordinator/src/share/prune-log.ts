import type { Clock, Timer } from '@sluice/kernel/clock';
import type { Offset } from '@sluice/kernel/ids';
import type { Logger } from '@sluice/kernel/logger';
import type { PartitionLog } from '@sluice/log/partition-log';

export interface LogPruner {
  close(): void;
}

export interface PruneOptions {
  readonly log: PartitionLog;
  readonly clock: Clock;
  readonly logger: Logger;
  intervalMs(): number;
  /** Nothing below is needed any more, and what is there instead is committed; `undefined` if that is not known now. */
  firstNeededOffset(): Promise<Offset | undefined>;
}

/** From time to time deletes the records that are before all that counts, as DeleteRecords would. */
export function pruneFromTimeToTime({ log, clock, logger, ...options }: PruneOptions): LogPruner {
  let timer: Timer | undefined;
  let isClosed = false;
  plan();

  function plan(): void {
    if (!isClosed) timer = clock.setTimer(options.intervalMs(), () => void prune().finally(plan));
  }

  async function prune(): Promise<void> {
    const offset = await options.firstNeededOffset();
    if (isClosed || offset === undefined || offset <= log.logStartOffset) return;
    await log.deleteRecordsBelow(offset).catch((error: unknown) => {
      logger.warn('what share groups need no more cannot be deleted', { offset, reason: String(error) });
    });
  }

  return {
    close() {
      isClosed = true;
      timer?.cancel();
    },
  };
}
