import type { Offset } from '@sluice/kernel/ids';
import type { Located } from './locate-batch.ts';
import type { LogState } from './log-state.ts';

/** Consumers of one log that read on from disk where they stopped. */
export const CURSORS_MAX = 16;

/** Where reads ended, so that the next one needs no index. Forgotten when the log is truncated or loses the segment. */
export interface ReadCursors {
  take(offset: Offset, state: LogState): Located | undefined;
  put(offset: Offset, located: Located, state: LogState): void;
}

export function createReadCursors(): ReadCursors {
  /** Oldest first. */
  let cursors: Map<Offset, Located> | undefined;
  let truncations = 0;
  return {
    take(offset, state) {
      const located = cursors?.get(offset);
      if (located === undefined) return undefined;
      if (truncations !== state.truncations || !state.segments.includes(located.segment)) return undefined;
      return located.position < located.segment.writtenSizeBytes ? located : undefined;
    },
    put(offset, located, state) {
      if (cursors === undefined || truncations !== state.truncations) cursors = new Map();
      truncations = state.truncations;
      cursors.delete(offset);
      cursors.set(offset, located);
      if (cursors.size <= CURSORS_MAX) return;
      const [oldest] = cursors.keys();
      if (oldest !== undefined) cursors.delete(oldest);
    },
  };
}
