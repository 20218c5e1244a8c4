import { assert } from '@sluice/kernel/assert';
import type { Disk } from '@sluice/kernel/disk';
import type { Logger } from '@sluice/kernel/logger';
import type { FileCache } from './file-cache.ts';
import { readIndexFiles, writeIndexFiles } from './index-files.ts';
import { activeSegment, type LogState } from './log-state.ts';
import type { RebuildOptions } from './producer-snapshots.ts';
import { rebuildIndexes } from './rebuild-indexes.ts';
import { logPath, type Segment, type SegmentIndexes } from './segment.ts';

/** Sealed segments of one log whose indexes stay in memory; more than a few readers at different places is rare. */
const LOADED_SEGMENTS_MAX = 4;

/** The indexes of any segment of a log, from memory, from their files, or rebuilt when the files are wrong. */
export interface IndexLoader {
  load(segment: Segment): Promise<SegmentIndexes>;
  /** For a caller that found an entry which the log contradicts; never the active segment, whose indexes grow. */
  rebuild(segment: Segment, reason: string): Promise<SegmentIndexes>;
  /** Settles once no index files are read or written. Who has set `state.swapping` before has them alone then. */
  idle(): Promise<void>;
}

export function createIndexLoader(options: {
  state: LogState;
  disk: Disk;
  files: FileCache;
  logger: Logger;
  rebuildOptions: () => RebuildOptions;
}): IndexLoader {
  const { state, disk, files, logger } = options;
  /** Least recently loaded first. */
  const loaded: Segment[] = [];
  const loading = new Map<Segment, Promise<SegmentIndexes>>();
  /** Of these the ones that are at the files. The others wait for a swap, and that waits for nobody but these. */
  const working = new Set<Promise<SegmentIndexes>>();

  function keep(segment: Segment, indexes: SegmentIndexes): SegmentIndexes {
    segment.indexes = indexes;
    loaded.push(segment);
    if (loaded.length > LOADED_SEGMENTS_MAX) {
      const evicted = loaded.shift();
      if (evicted !== undefined && evicted !== activeSegment(state)) evicted.indexes = undefined;
    }
    return indexes;
  }

  function once(segment: Segment, load: () => Promise<SegmentIndexes>): Promise<SegmentIndexes> {
    let result = loading.get(segment);
    if (result === undefined) {
      result = whenInPlace(segment)
        .then(() => work(load))
        .finally(() => loading.delete(segment));
      loading.set(segment, result);
    }
    return result;
  }

  function work(load: () => Promise<SegmentIndexes>): Promise<SegmentIndexes> {
    const result = load();
    working.add(result);
    return result.finally(() => working.delete(result));
  }

  /** Files of a segment that was replaced meanwhile are gone, or another segment's. */
  function whenInPlace(segment: Segment): Promise<void> {
    if (state.swapping !== undefined) return state.swapping.then(() => whenInPlace(segment));
    if (state.segments.includes(segment)) return Promise.resolve();
    return Promise.reject(new Error(`${logPath(segment)} is not part of the log any more`));
  }

  async function rebuild(segment: Segment, reason: string): Promise<SegmentIndexes> {
    assert(segment !== activeSegment(state), 'the indexes of an active segment are not rebuilt from its file');
    logger.warn('index files are wrong and rebuilt from the log', { path: logPath(segment), fault: reason });
    const { indexes, fault, position } = await rebuildIndexes(segment, options.rebuildOptions());
    segment.fault = fault;
    if (fault !== undefined) logger.error('segment is corrupt', { path: logPath(segment), position, fault });
    // Files that know more than a corrupt log still tells are left alone.
    if (fault === undefined) await writeIndexFiles(disk, segment, indexes);
    return keep(segment, indexes);
  }

  return {
    async load(segment) {
      if (segment.indexes !== undefined) return segment.indexes;
      return once(segment, async () => {
        const { indexes, fault } = await readIndexFiles(disk, files, segment, segment.sizeBytes, 'whole-log');
        return fault === undefined ? keep(segment, indexes) : rebuild(segment, fault);
      });
    },
    rebuild: (segment, reason) => once(segment, () => rebuild(segment, reason)),
    async idle() {
      await Promise.allSettled(working);
    },
  };
}
