import type { Offset } from '@sluice/kernel/ids';
import {
  LEADER_EPOCH_CHECKPOINT,
  LOG_SUFFIX,
  parseSegmentFileName,
  SNAPSHOT_SUFFIX,
  segmentFileName,
} from '../file-names.ts';
import type { Housekeeper } from '../housekeeper.ts';
import { activeSegment, type LogState, relocate } from '../log-state.ts';
import { logPath, type Segment, segmentPaths } from '../segment.ts';
import type { Writer } from '../writer.ts';
import { type CopyTools, copyRange, copyWhole, type Pace } from './copy-file.ts';

/** Appends wait while so much, and what came meanwhile, is copied. */
const CATCH_UP_SIZE_BYTES = 4 * 1024 * 1024;

/** `TakePlace.decide` has decided nothing: the log stays where it is. */
export class NotDecided extends Error {}

/** A log's files, copied to another directory while it is appended to. */
export interface LogCopy {
  /** Bytes of records that are in the copy. */
  readonly sizeBytes: number;
  /** Records below it are in the copy. */
  readonly endOffset: Offset;
  /** Settles once little is missing. */
  catchUp(): Promise<void>;
  /**
   * Holds the appends back, completes the copy, lets `takePlace` make it the log that counts, and goes on with it. False
   * if too much was missing once more. The log's failure if `decide` fails: nobody knows then which of the two counts
   * after a restart.
   */
  finish(takePlace: TakePlace): Promise<boolean>;
  /** The log was cut: what was copied may be something else now. */
  restart(): void;
}

export interface TakePlace {
  /** The copy is complete and durable; all else that it needs before it counts. */
  prepare(): Promise<void>;
  /** Settles with the directory's name from now on, once a restart finds the log there. */
  decide(): Promise<string>;
}

export interface LogCopyOptions extends CopyTools {
  readonly state: LogState;
  readonly writer: Writer;
  readonly housekeeper: Housekeeper;
  /** Of the copy; must exist. */
  readonly directory: string;
  readonly pace: Pace;
  fail(error: unknown): void;
}

interface CopiedSegment {
  readonly segment: Segment;
  sizeBytes: number;
  /** Sealed, with all that belongs to it. */
  isComplete: boolean;
}

export function createLogCopy(options: LogCopyOptions): LogCopy {
  const { state, writer, housekeeper, disk } = options;
  let copied = new Map<Offset, CopiedSegment>();
  let endOffset = 0;

  const targetOf = (path: string) => `${options.directory}/${path.slice(path.lastIndexOf('/') + 1)}`;

  /** One pass over all segments; those below `sealedBelow` have their index files. */
  async function copyAll(sealedBelow: Offset, pace: Pace): Promise<void> {
    await dropOthers();
    for (const segment of [...state.segments]) {
      const copy = copied.get(segment.baseOffset) ?? { segment, sizeBytes: 0, isComplete: false };
      if (copy.isComplete) continue;
      copied.set(segment.baseOffset, copy);
      const { writtenOffset } = state;
      const end = segment.writtenSizeBytes;
      if (end > copy.sizeBytes) {
        const path = logPath(segment);
        await copyRange({ from: path, to: targetOf(path), start: copy.sizeBytes, end }, options, async (count) => {
          copy.sizeBytes += count;
          await pace(count);
        });
      }
      if (segment.baseOffset < sealedBelow && copy.sizeBytes === segment.sizeBytes) await complete(copy);
      endOffset = segment === activeSegment(state) ? writtenOffset : segment.baseOffset;
    }
  }

  async function complete(copy: CopiedSegment): Promise<void> {
    const { segment } = copy;
    await copyCompanions(segment);
    const modifiedMs = (await disk.stat(logPath(segment)))?.modifiedMs;
    // Retention goes by it where no record has a timestamp.
    if (modifiedMs !== undefined) await disk.setModified(targetOf(logPath(segment)), modifiedMs).catch(() => {});
    copy.isComplete = true;
  }

  /** Its indexes, and the producers' state at its start. A segment without a record may have no file, or an empty one. */
  async function copyCompanions(segment: Segment): Promise<void> {
    const isEmpty = segment.writtenSizeBytes === 0;
    const paths = segmentPaths(segment).filter((path) => isEmpty || !path.endsWith(LOG_SUFFIX));
    const snapshot = `${segment.directory}/${segmentFileName(segment.baseOffset, SNAPSHOT_SUFFIX)}`;
    for (const path of [...paths, snapshot]) await copyWhole(path, targetOf(path), options);
  }

  /** Segments that were deleted or compacted since they were copied. */
  async function dropOthers(): Promise<void> {
    for (const [baseOffset, { segment }] of copied) {
      if (state.segments.includes(segment)) continue;
      copied.delete(baseOffset);
      for (const path of segmentPaths(segment)) await disk.unlink(targetOf(path));
    }
  }

  /** As `copyAll`; files that were deleted or replaced under it are no failure. */
  async function pass(): Promise<void> {
    const { baseOffset: sealedBelow } = activeSegment(state);
    // Those that are sealed by now have their files then.
    await housekeeper.run(async () => {});
    const { truncations } = state;
    try {
      await copyAll(sealedBelow, options.pace);
    } catch (error) {
      await state.swapping;
      if (state.failure !== undefined || truncations === state.truncations) throw error;
      // Give the turn away before it is tried again.
      await options.pace(0);
    }
  }

  function missingSizeBytes(): number {
    return state.segments.reduce((total, segment) => {
      const copy = copied.get(segment.baseOffset);
      const isUsable = copy?.segment === segment;
      return total + segment.writtenSizeBytes - (isUsable ? copy.sizeBytes : 0);
    }, 0);
  }

  /** What the last checkpoint left of segments that are not sealed, and what is no segment's. */
  async function copyRest(): Promise<void> {
    for (const segment of state.segments) {
      if (copied.get(segment.baseOffset)?.isComplete !== true) await copyCompanions(segment);
    }
    const isSnapshot = (name: string) => {
      const parsed = parseSegmentFileName(name);
      return parsed?.suffix === SNAPSHOT_SUFFIX && parsed.state === '';
    };
    const wanted = (await disk.list(state.directory)).filter(isSnapshot);
    const present = (await disk.list(options.directory)).filter(isSnapshot);
    for (const name of present.filter((each) => !wanted.includes(each))) {
      await disk.unlink(`${options.directory}/${name}`);
    }
    for (const name of [...wanted, LEADER_EPOCH_CHECKPOINT]) {
      await copyWhole(`${state.directory}/${name}`, `${options.directory}/${name}`, options);
    }
  }

  function finish(takePlace: TakePlace): Promise<boolean> {
    return housekeeper.run(async () => {
      if (missingSizeBytes() > CATCH_UP_SIZE_BYTES) return false;
      try {
        await writer.hold();
        if (state.failure !== undefined) throw new Error(state.failure.reason);
        // Should it come back one day, nothing that the old directory's journal has of it may come with it.
        await writer.cutJournal();
        await copyAll(0, async () => {});
        await copyRest();
        await disk.syncDirectory(options.directory);
        await takePlace.prepare();
        const directory = await decide(takePlace);
        relocate(state, directory);
        writer.releaseFiles();
        return true;
      } finally {
        writer.letGo();
      }
    });
  }

  async function decide(takePlace: TakePlace): Promise<string> {
    try {
      return await takePlace.decide();
    } catch (error) {
      if (!(error instanceof NotDecided)) options.fail(error);
      throw error;
    }
  }

  return {
    get sizeBytes() {
      let total = 0;
      for (const { sizeBytes } of copied.values()) total += sizeBytes;
      return total;
    },
    get endOffset() {
      return endOffset;
    },
    async catchUp() {
      do await pass();
      while (missingSizeBytes() > CATCH_UP_SIZE_BYTES);
    },
    finish,
    restart() {
      copied = new Map();
      endOffset = 0;
    },
  };
}
