import type { LogFields, Logger, LogLevel } from '@sluice/kernel/logger';

/** What the broker logged, line by line: what it finds it must tell. */
export interface Journal {
  readonly logger: Logger;
  /** Warnings and errors. */
  readonly complaints: readonly string[];
  forget(): void;
}

/** A run that complains more than this has long said enough. */
const COMPLAINTS_MAX = 5_000;

export function createJournal(): Journal {
  const complaints: string[] = [];
  const take = (level: LogLevel, fixed: LogFields) => (message: string, fields?: LogFields) => {
    if (complaints.length >= COMPLAINTS_MAX) return;
    complaints.push(`${level} ${message} ${JSON.stringify({ ...fixed, ...fields })}`);
  };
  const loggerWith = (fixed: LogFields): Logger => ({
    debug() {},
    info() {},
    warn: take('warn', fixed),
    error: take('error', fixed),
    with: (fields) => loggerWith({ ...fixed, ...fields }),
  });
  return {
    logger: loggerWith({}),
    complaints,
    forget: () => void complaints.splice(0),
  };
}
