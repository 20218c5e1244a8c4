import type { Clock } from '@sluice/kernel/clock';
import type { Disk } from '@sluice/kernel/disk';
import type { Offset } from '@sluice/kernel/ids';
import type { Logger } from '@sluice/kernel/logger';
import { createOverlayDisk } from '@sluice/kernel/overlay-disk';
import { reasonOf } from '../failure-reason.ts';
import { LOG_SUFFIX, parseSegmentFileName } from '../file-names.ts';
import { openPartitionLog, UNKNOWN_LOG_START } from '../open-partition-log.ts';
import { createTailCache } from '../tail-cache.ts';
import type { OffsetRange } from './finding.ts';
import type { PartitionFacts } from './partition-facts.ts';

/** What the next start would make of a partition's log. */
export interface Foretold {
  /** The log cannot be opened at all, and why. */
  readonly failure: string | undefined;
  readonly logStartOffset: Offset;
  readonly logEndOffset: Offset;
  /** Offsets that could still be read, and would be gone. */
  readonly cut: OffsetRange | undefined;
  /** Bytes that would be cut from the ends of `.log` files, or go with them. */
  readonly cutBytes: number;
  readonly removedLogs: readonly string[];
  /** What the broker would say about it. */
  readonly warnings: readonly string[];
}

export interface ForetellOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly facts: PartitionFacts;
  /** Behind the last batch that can be read now. */
  readonly readableEnd: Offset;
  /** What the start removes on purpose is no loss. */
  readonly firstKeptBase: Offset;
}

/** Lets the broker's own code open the log on a disk that keeps all changes to itself, and looks at what they were. */
export async function foretell(options: ForetellOptions): Promise<Foretold> {
  const { facts, readableEnd } = options;
  const overlay = createOverlayDisk(options.disk);
  const warnings: string[] = [];
  let ends: { logStartOffset: Offset; logEndOffset: Offset } | undefined;
  let failure: string | undefined;
  try {
    const log = await openPartitionLog({
      disk: overlay,
      clock: options.clock,
      directory: facts.directory,
      topic: facts.topic,
      partition: facts.partition,
      config: facts.config,
      tailCache: createTailCache(0),
      logger: collectingLogger(warnings),
      durability: 'disk',
      recovery: {
        cleanShutdown: facts.isClean && facts.recoveryPoint !== undefined,
        recoveryPoint: facts.recoveryPoint ?? 0,
        logStartOffset: facts.logStartOffset ?? UNKNOWN_LOG_START,
        cleanedOffset: facts.cleanedOffset,
      },
    });
    ends = { logStartOffset: log.logStartOffset, logEndOffset: log.logEndOffset };
    await log.abandon();
  } catch (error) {
    failure = reasonOf(error);
  }
  let cutBytes = 0;
  const removedLogs: string[] = [];
  for (const change of await overlay.changes()) {
    const parsed = parseSegmentFileName(change.path.slice(facts.directory.length + 1));
    if (parsed?.suffix !== LOG_SUFFIX || parsed.state !== '' || parsed.offset < options.firstKeptBase) continue;
    cutBytes += Math.max(0, (change.sizeBytesBefore ?? 0) - (change.sizeBytesAfter ?? 0));
    if (change.sizeBytesAfter === undefined) removedLogs.push(change.path.slice(facts.directory.length + 1));
  }
  const logEndOffset = ends?.logEndOffset ?? 0;
  return {
    failure,
    logStartOffset: ends?.logStartOffset ?? 0,
    logEndOffset,
    cut: ends !== undefined && logEndOffset < readableEnd ? { from: logEndOffset, to: readableEnd - 1 } : undefined,
    cutBytes,
    removedLogs,
    warnings,
  };
}

function collectingLogger(warnings: string[]): Logger {
  const keep = (message: string, fields?: Readonly<Record<string, unknown>>) => {
    const why = fields?.fault ?? fields?.reason;
    warnings.push(why === undefined ? message : `${message} (${String(why)})`);
  };
  const logger: Logger = { debug() {}, info() {}, warn: keep, error: keep, with: () => logger };
  return logger;
}
