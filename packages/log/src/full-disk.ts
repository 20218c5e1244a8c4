import type { Clock, Timer } from '@sluice/kernel/clock';
import type { Disk } from '@sluice/kernel/disk';
import type { Logger } from '@sluice/kernel/logger';
import { reasonOf } from './failure-reason.ts';
import type { LogState } from './log-state.ts';
import { WRITE_SIZE_BYTES_MAX } from './write-group.ts';

const RETRY_MS = 1000;
/** Room for some of the largest writes: less would be full again at once. */
const FREE_SIZE_BYTES_MIN = 16 * WRITE_SIZE_BYTES_MAX;

/** Brings a log back that went offline because the disk was full, once there is space again. */
export interface FullDiskWatch {
  start(): void;
  stop(): void;
}

export function createFullDiskWatch(options: {
  state: LogState;
  disk: Disk;
  clock: Clock;
  logger: Logger;
  recover: () => Promise<void>;
}): FullDiskWatch {
  const { state, disk, clock, logger } = options;
  let timer: Timer | undefined;

  async function tryAgain(): Promise<void> {
    if (state.failure?.isDiskFull !== true) return;
    try {
      const { freeBytes } = await disk.space(state.directory);
      if (freeBytes < FREE_SIZE_BYTES_MIN) return schedule();
      await options.recover();
      logger.info('there is space again and the log is back', { path: state.directory });
    } catch (error) {
      logger.warn('the log is not back yet', { path: state.directory, reason: reasonOf(error) });
      schedule();
    }
  }

  function schedule(): void {
    timer = clock.setTimer(RETRY_MS, () => void tryAgain());
  }

  return {
    start: schedule,
    stop: () => timer?.cancel(),
  };
}
