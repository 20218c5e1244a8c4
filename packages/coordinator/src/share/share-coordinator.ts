import type { LeaderEpoch, Uuid } from '@sluice/kernel/ids';
import type { PartitionLog } from '@sluice/log/partition-log';
import type { DeleteShareGroupStateRequest } from '@sluice/protocol/generated/messages/delete-share-group-state-request';
import type { DeleteShareGroupStateResponseInput } from '@sluice/protocol/generated/messages/delete-share-group-state-response';
import type { InitializeShareGroupStateRequest } from '@sluice/protocol/generated/messages/initialize-share-group-state-request';
import type { InitializeShareGroupStateResponseInput } from '@sluice/protocol/generated/messages/initialize-share-group-state-response';
import type { ReadShareGroupStateRequest } from '@sluice/protocol/generated/messages/read-share-group-state-request';
import type { ReadShareGroupStateResponseInput } from '@sluice/protocol/generated/messages/read-share-group-state-response';
import type { ReadShareGroupStateSummaryRequest } from '@sluice/protocol/generated/messages/read-share-group-state-summary-request';
import type { ReadShareGroupStateSummaryResponseInput } from '@sluice/protocol/generated/messages/read-share-group-state-summary-response';
import type { WriteShareGroupStateRequest } from '@sluice/protocol/generated/messages/write-share-group-state-request';
import type { WriteShareGroupStateResponseInput } from '@sluice/protocol/generated/messages/write-share-group-state-response';
import type { Persister, PersisterResult, SharePartitionKey } from './persister.ts';
import type { ShareStateSummary } from './share-shard.ts';

/**
 * What is asked of the share partitions whose coordinator this broker is, one by one: as `Persister`, and what the
 * coordinator of the group needs besides. Nothing is tried again.
 */
export interface ShareStateStore extends Persister {
  initialize(key: SharePartitionKey, stateEpoch: number, startOffset: number): Promise<PersisterResult<undefined>>;
  readSummary(key: SharePartitionKey): Promise<PersisterResult<ShareStateSummary>>;
  delete(key: SharePartitionKey): Promise<PersisterResult<undefined>>;
}

/**
 * What the broker's handlers ask of the share partitions whose coordinator it is. Each answer is as Kafka would give it,
 * its error codes included: nothing rejects but on a bug.
 */
export interface ShareCoordinator {
  /** The partition of `__share_group_state` that keeps the share partition: Java's hash of the key, without its sign. */
  partitionOf(coordinatorKey: string): number;
  readonly store: ShareStateStore;

  initializeState(request: InitializeShareGroupStateRequest): Promise<InitializeShareGroupStateResponseInput>;
  readState(request: ReadShareGroupStateRequest): Promise<ReadShareGroupStateResponseInput>;
  writeState(request: WriteShareGroupStateRequest): Promise<WriteShareGroupStateResponseInput>;
  readStateSummary(request: ReadShareGroupStateSummaryRequest): Promise<ReadShareGroupStateSummaryResponseInput>;
  deleteState(request: DeleteShareGroupStateRequest): Promise<DeleteShareGroupStateResponseInput>;

  /** This broker leads the partition of `__share_group_state` from now on. */
  onElected(partition: number, log: PartitionLog, leaderEpoch: LeaderEpoch): void;
  /** It does no more. */
  onResigned(partition: number): void;
  /** Topics are gone, and with them all that groups know of them. */
  onTopicsDeleted(topicIds: ReadonlySet<Uuid>): void;
  close(): Promise<void>;
}
