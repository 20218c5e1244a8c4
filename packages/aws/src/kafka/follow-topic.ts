import type { Clock } from '@sluice/kernel/clock';
import type { Offset } from '@sluice/kernel/ids';
import { createSharedRuns } from '@sluice/kernel/share-runs';
import type { BatchRecord } from '@sluice/protocol/records/record';
import { EARLIEST_TIMESTAMP, type KafkaLog, LATEST_TIMESTAMP } from './kafka-log.ts';

const PARTITION = 0;

export interface FollowOptions {
  readonly log: KafkaLog;
  readonly clock: Clock;
  /** It has one partition. */
  readonly topic: string;
  readonly readSizeBytesMax: number;
  /** Before each read to the end. */
  prepare(): Promise<void>;
  onRecord(record: BatchRecord): void;
}

/** Reads a topic to its end whenever somebody must know what stands there. */
export interface TopicFollower {
  /** All below it was read. */
  readonly position: Offset;
  /** Since the last read that came to the end began. */
  ageMs(): number;
  /** The next read begins at the topic's beginning. */
  rewind(): void;
  /**
   * Settles once a read that began after this call is done: what anybody had written by then is known. Calls that come
   * together share a read.
   */
  confirm(): Promise<void>;
}

export function followTopic({ log, clock, topic, readSizeBytesMax, prepare, onRecord }: FollowOptions): TopicFollower {
  let position: Offset | undefined;
  let readAtMs = Number.NEGATIVE_INFINITY;

  async function readToEnd(): Promise<void> {
    const startMs = clock.monotonicMs();
    await prepare();
    // The end is asked for by itself: a leader that was elected a moment ago gives none before it knows it (KIP-207).
    const [end = 0] = await log.offsets(topic, [PARTITION], LATEST_TIMESTAMP);
    if (position === undefined) [position = 0] = await log.offsets(topic, [PARTITION], EARLIEST_TIMESTAMP);
    while (position < end) {
      const result = await log.read(topic, PARTITION, position, { sizeBytesMax: readSizeBytesMax });
      if (result.kind === 'out-of-range') {
        [position = 0] = await log.offsets(topic, [PARTITION], EARLIEST_TIMESTAMP);
        continue;
      }
      for (const record of result.records) onRecord(record);
      position = result.nextOffset;
    }
    readAtMs = startMs;
  }

  return {
    get position() {
      return position ?? 0;
    },
    ageMs: () => clock.monotonicMs() - readAtMs,
    rewind() {
      position = undefined;
    },
    confirm: createSharedRuns(readToEnd),
  };
}
