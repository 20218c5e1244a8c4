import type { Clock } from '@sluice/kernel/clock';

const SECOND_MS = 1_000;
/** Streams that are counted; beyond that all begin anew. */
const STREAMS_MAX = 10_000;

export interface Load {
  readonly bytesPerSecond: number;
  readonly recordsPerSecond: number;
}

/** What this door writes to each stream. */
export interface LoadMeter {
  count(stream: string, recordCount: number, sizeBytes: number): void;
  /** The loads since the last call, and begins anew. */
  take(): ReadonlyMap<string, Load>;
}

export function createLoadMeter(clock: Clock): LoadMeter {
  let sinceMs = clock.monotonicMs();
  let counts = new Map<string, { records: number; bytes: number }>();
  return {
    count(stream, recordCount, sizeBytes) {
      let own = counts.get(stream);
      if (own === undefined) {
        if (counts.size >= STREAMS_MAX) counts.clear();
        own = { records: 0, bytes: 0 };
        counts.set(stream, own);
      }
      own.records += recordCount;
      own.bytes += sizeBytes;
    },
    take() {
      const seconds = (clock.monotonicMs() - sinceMs) / SECOND_MS;
      const loads = new Map(
        [...counts].map(([stream, { records, bytes }]) => [
          stream,
          { bytesPerSecond: bytes / seconds, recordsPerSecond: records / seconds },
        ]),
      );
      sinceMs = clock.monotonicMs();
      counts = new Map();
      return loads;
    },
  };
}
