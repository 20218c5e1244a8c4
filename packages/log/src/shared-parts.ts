import type { Clock } from '@sluice/kernel/clock';
import type { Disk } from '@sluice/kernel/disk';
import type { Logger } from '@sluice/kernel/logger';
import { type ClockWindow, createClockWindow } from './clock-window.ts';
import { createDeletedFiles, type DeletedFiles } from './deleted-files.ts';
import { createFileCache, type FileCache, fileBudget } from './file-cache.ts';
import { createReadBuffers, type ReadBuffers } from './read-buffers.ts';

/** What all logs of a broker share, whatever data directory they are in: a log may move to another one. */
export interface SharedParts {
  readonly files: FileCache;
  readonly deletedFiles: DeletedFiles;
  readonly readBuffers: ReadBuffers;
  readonly clockWindow: ClockWindow;
}

export function createSharedParts(options: {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly filesMax?: number;
}): SharedParts {
  const { disk, clock, logger, filesMax = fileBudget(disk) } = options;
  return {
    files: createFileCache(disk, filesMax, clock.soon),
    deletedFiles: createDeletedFiles(disk, clock, logger),
    readBuffers: createReadBuffers(),
    clockWindow: createClockWindow(clock),
  };
}
