import type { Offset } from '@sluice/kernel/ids';
import type { LogConfig } from '../partition-log.ts';
import type { RecordDecoder } from './check-records.ts';

/** What is known of a partition beside its own files. */
export interface PartitionFacts {
  /** `topic-0` */
  readonly name: string;
  readonly topic: string;
  readonly partition: number;
  /** `<data directory>/<topic>-<partition>` */
  readonly directory: string;
  /** What lies below it was on disk for certain. `undefined`: nothing is known. */
  readonly recoveryPoint: Offset | undefined;
  readonly logStartOffset: Offset | undefined;
  /** Where its last compaction ended. */
  readonly cleanedOffset: Offset | undefined;
  /** The metadata says that its topic is compacted. */
  readonly isCompactedTopic: boolean;
  /** The last broker said that it ended as it should. */
  readonly isClean: boolean;
  /** Written by Sluice, not by Kafka. */
  readonly isOurs: boolean;
  /** Take every record apart. */
  readonly isDeep: boolean;
  /** Of internal topics, whose records must mean something. */
  readonly decoder: RecordDecoder | undefined;
  readonly config: LogConfig;
}

/** Compaction leaves offsets out, and batches without what they once were. */
export function mayHaveGaps({ cleanedOffset, isCompactedTopic }: PartitionFacts): boolean {
  return cleanedOffset !== undefined || isCompactedTopic;
}
