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
  /** The log once was whole on disk up to here, by this or by what else tells of it. */
  readonly provedEnd: Offset;
  readonly logStartOffset: Offset | undefined;
  /** Where its last compaction ended. */
  readonly cleanedOffset: Offset | undefined;
  /** The metadata says that its topic is compacted. */
  readonly isCompactedTopic: boolean;
  /** The last broker left the mark of a clean stop, */
  readonly hasCleanMark: boolean;
  /** and the recovery points can be read. */
  readonly isClean: boolean;
  /** Written by Sluice, not by Kafka. */
  readonly isOurs: boolean;
  /** Take every record apart. */
  readonly isDeep: boolean;
  /** Of internal topics, whose records must mean something. */
  readonly decoder: RecordDecoder | undefined;
  readonly config: LogConfig;
}

/**
 * A gap that begins below is a compaction's. What was compacted lies below the recovery point; Kafka's may be older than
 * that.
 */
export function gapsExplainedBelow(facts: PartitionFacts): Offset {
  if (!mayHaveGaps(facts)) return 0;
  return facts.isOurs ? (facts.recoveryPoint ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
}

/** Compaction leaves offsets out, and batches without what they once were. */
export function mayHaveGaps({ cleanedOffset, isCompactedTopic }: PartitionFacts): boolean {
  return cleanedOffset !== undefined || isCompactedTopic;
}
