import type { NodeId, Uuid } from '@sluice/kernel/ids';
import type { World } from '../world.ts';

export interface ImportOptions {
  readonly world: Pick<World, 'disk' | 'clock' | 'random' | 'openStore'>;
  /** All log directories of one broker of Kafka, as absolute paths. */
  readonly sources: readonly string[];
  /** An empty or a new directory, or that of an import which was interrupted; absolute. */
  readonly target: string;
  /** Takes what is here of topics that have partitions elsewhere; the others are made empty. */
  readonly partial?: boolean;
  /** Takes topics from the names of directories, where the cluster's metadata is not there or cannot be read. */
  readonly withoutMetadata?: boolean;
  /** Topics that are not to come over. */
  readonly exclude?: readonly string[];
  /** Copies also what hard links would do for. */
  readonly copyAll?: boolean;
  /** Looks at everything and changes nothing. */
  readonly dryRun?: boolean;
  readonly onProgress?: (progress: ImportProgress) => void;
  /** Asked again and again; once it says yes, the import ends with `ImportStopped`. */
  readonly isStopping?: () => boolean;
}

export interface ImportProgress {
  readonly files: number;
  readonly filesTotal: number;
  /** Copied; what is linked has none to be moved. */
  readonly bytes: number;
  readonly bytesTotal: number;
}

export interface ImportedTopic {
  readonly name: string;
  readonly id: Uuid;
  readonly isInternal: boolean;
  readonly partitions: number;
  /** Partitions whose records are not here. */
  readonly missing: readonly number[];
  readonly sizeBytes: number;
  readonly settings: Readonly<Record<string, string>>;
}

/** What came over, or would. */
export interface ImportReport {
  readonly clusterId: string;
  readonly nodeId: NodeId;
  readonly topics: readonly ImportedTopic[];
  /** Dynamic settings of brokers, groups and client metrics, as `broker 1: name`. */
  readonly settings: readonly string[];
  readonly linkedFiles: number;
  readonly linkedBytes: number;
  readonly copiedFiles: number;
  readonly copiedBytes: number;
  /** All directories were stopped cleanly: the first start has nothing to check. */
  readonly isClean: boolean;
  /** What stays behind and why, a sentence each. */
  readonly leftOut: readonly string[];
  /** What its user should know, a sentence each. */
  readonly notes: readonly string[];
  /** It went on where one was interrupted. */
  readonly isResumed: boolean;
}
