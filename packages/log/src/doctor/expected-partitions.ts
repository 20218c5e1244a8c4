import type { Uuid } from '@sluice/kernel/ids';

export interface ExpectedTopic {
  readonly name: string;
  readonly id: Uuid;
  readonly partitionCount: number;
  readonly isCompacted: boolean;
}

export interface ExpectedPartition {
  readonly topic: string;
  readonly partition: number;
  /** The data directory that is to hold it; undefined: any. */
  readonly directoryId: Uuid | undefined;
}

/** What the cluster's metadata says of the partitions of the node whose directories are checked. */
export interface ExpectedPartitions {
  readonly clusterId: string | undefined;
  topicNamed(name: string): ExpectedTopic | undefined;
  topicWithId(id: Uuid): ExpectedTopic | undefined;
  /** Those of this node. */
  partitions(): Iterable<ExpectedPartition>;
}
