import type { GroupCoordinator } from '@sluice/coordinator/group/group-coordinator';
import type { GroupSettings } from '@sluice/coordinator/group/group-environment';
import type { ShareCoordinator } from '@sluice/coordinator/share/share-coordinator';
import type { WriteMarkers } from '@sluice/coordinator/transaction/marker-sender';
import type { TransactionCoordinator } from '@sluice/coordinator/transaction/transaction-coordinator';
import type { Clock } from '@sluice/kernel/clock';
import type { LogDirectories } from '@sluice/log/log-directories';
import type { StaticConfig } from '@sluice/metadata/config/static-config';
import type { ClusterImage } from '@sluice/metadata/image/cluster-image';
import type { AutoCreate } from '../auto-create.ts';
import type { ChangeCluster } from '../change-cluster.ts';
import type { Api } from '../define-api.ts';
import type { SessionCache } from '../fetch/session-cache.ts';
import type { Partitions } from '../partitions/hosted-partition.ts';
import { createCurrentLeaders } from '../share/current-leader.ts';
import type { HostedShares } from '../share/host-shares.ts';
import { areShareGroupsEnabled } from '../share/share-enabled.ts';
import type { StopSignal } from '../stop-signal.ts';
import type { BrokerTransactionSettings } from '../transactions/transaction-settings.ts';
import { produceApi } from './00-produce.ts';
import { fetchApi } from './01-fetch.ts';
import { listOffsetsApi } from './02-list-offsets.ts';
import { metadataApi } from './03-metadata.ts';
import { offsetCommitApi } from './08-offset-commit.ts';
import { offsetFetchApi } from './09-offset-fetch.ts';
import { findCoordinatorApi } from './10-find-coordinator.ts';
import { joinGroupApi } from './11-join-group.ts';
import { heartbeatApi } from './12-heartbeat.ts';
import { leaveGroupApi } from './13-leave-group.ts';
import { syncGroupApi } from './14-sync-group.ts';
import { describeGroupsApi } from './15-describe-groups.ts';
import { listGroupsApi } from './16-list-groups.ts';
import { saslHandshakeApi } from './17-sasl-handshake.ts';
import { apiVersionsApi } from './18-api-versions.ts';
import { createTopicsApi } from './19-create-topics.ts';
import { deleteTopicsApi } from './20-delete-topics.ts';
import { deleteRecordsApi } from './21-delete-records.ts';
import { initProducerIdApi } from './22-init-producer-id.ts';
import { offsetForLeaderEpochApi } from './23-offset-for-leader-epoch.ts';
import { addPartitionsToTxnApi } from './24-add-partitions-to-txn.ts';
import { addOffsetsToTxnApi } from './25-add-offsets-to-txn.ts';
import { endTxnApi } from './26-end-txn.ts';
import { writeTxnMarkersApi } from './27-write-txn-markers.ts';
import { txnOffsetCommitApi } from './28-txn-offset-commit.ts';
import { describeAclsApi } from './29-describe-acls.ts';
import { createAclsApi } from './30-create-acls.ts';
import { deleteAclsApi } from './31-delete-acls.ts';
import { describeConfigsApi } from './32-describe-configs.ts';
import { alterConfigsApi } from './33-alter-configs.ts';
import { alterReplicaLogDirsApi } from './34-alter-replica-log-dirs.ts';
import { describeLogDirsApi } from './35-describe-log-dirs.ts';
import { saslAuthenticateApi } from './36-sasl-authenticate.ts';
import { createPartitionsApi } from './37-create-partitions.ts';
import { deleteGroupsApi } from './42-delete-groups.ts';
import { incrementalAlterConfigsApi } from './44-incremental-alter-configs.ts';
import { alterPartitionReassignmentsApi } from './45-alter-partition-reassignments.ts';
import { listPartitionReassignmentsApi } from './46-list-partition-reassignments.ts';
import { offsetDeleteApi } from './47-offset-delete.ts';
import { describeQuorumApi } from './55-describe-quorum.ts';
import { describeClusterApi } from './60-describe-cluster.ts';
import { describeProducersApi } from './61-describe-producers.ts';
import { describeTransactionsApi } from './65-describe-transactions.ts';
import { listTransactionsApi } from './66-list-transactions.ts';
import { consumerGroupHeartbeatApi } from './68-consumer-group-heartbeat.ts';
import { consumerGroupDescribeApi } from './69-consumer-group-describe.ts';
import { getTelemetrySubscriptionsApi } from './71-get-telemetry-subscriptions.ts';
import { listConfigResourcesApi } from './74-list-config-resources.ts';
import { describeTopicPartitionsApi } from './75-describe-topic-partitions.ts';
import { shareGroupHeartbeatApi } from './76-share-group-heartbeat.ts';
import { shareGroupDescribeApi } from './77-share-group-describe.ts';
import { shareFetchApi } from './78-share-fetch.ts';
import { shareAcknowledgeApi } from './79-share-acknowledge.ts';
import { initializeShareGroupStateApi } from './83-initialize-share-group-state.ts';
import { readShareGroupStateApi } from './84-read-share-group-state.ts';
import { writeShareGroupStateApi } from './85-write-share-group-state.ts';
import { deleteShareGroupStateApi } from './86-delete-share-group-state.ts';
import { readShareGroupStateSummaryApi } from './87-read-share-group-state-summary.ts';
import { describeShareGroupOffsetsApi } from './90-describe-share-group-offsets.ts';
import { alterShareGroupOffsetsApi } from './91-alter-share-group-offsets.ts';
import { deleteShareGroupOffsetsApi } from './92-delete-share-group-offsets.ts';

/** What the handlers stand on; each takes only what it needs of it. */
export interface Services {
  readonly clock: Clock;
  readonly image: ClusterImage;
  readonly staticConfig: StaticConfig;
  readonly partitions: Partitions;
  readonly sessions: SessionCache;
  readonly changeCluster: ChangeCluster;
  readonly stopSignal: StopSignal;
  readonly transactions: TransactionCoordinator;
  transactionSettings(): BrokerTransactionSettings;
  readonly writeMarkers: WriteMarkers;
  /** A broken build: see `TransactionCanary`. */
  readonly showsAborted?: boolean;
  readonly directories: LogDirectories;
  isCordoned(path: string): boolean;
  readonly limits: {
    readonly fetchSizeBytesMax: number;
    readonly describedPartitionCountMax: number;
  };
  readonly deleteTopicEnable: boolean;
  autoCreates(): boolean;
  readonly autoCreate: AutoCreate;
  readonly groups: GroupCoordinator;
  readonly groupSettings: GroupSettings;
  readonly shareState: ShareCoordinator;
  readonly shares: HostedShares;
  deletesRecords(topic: string): boolean;
}

/** Every API that this broker answers, by its key: ApiVersions, metrics and the dispatch derive from it. */
export function createApis(services: Services): ReadonlyMap<number, Api> {
  const { clock, image, partitions, changeCluster, limits, stopSignal } = services;
  const apis = new Map<number, Api>();
  const sharing = {
    partitions,
    ...services.shares,
    isEnabled: () => areShareGroupsEnabled(image),
    currentLeaders: createCurrentLeaders(image, partitions),
  };
  const all = [
    produceApi(services),
    fetchApi({
      partitions,
      clock,
      sessions: services.sessions,
      fetchSizeBytesMax: limits.fetchSizeBytesMax,
      showsAborted: services.showsAborted ?? false,
      onStopping: stopSignal.onStopping,
    }),
    listOffsetsApi(services),
    metadataApi(services),
    offsetCommitApi(services),
    offsetFetchApi(services),
    findCoordinatorApi(services),
    joinGroupApi(services),
    heartbeatApi(services),
    leaveGroupApi(services),
    syncGroupApi(services),
    describeGroupsApi(services),
    listGroupsApi(services),
    saslHandshakeApi(),
    apiVersionsApi({ apis: () => apis.values(), image }),
    createTopicsApi(services),
    deleteTopicsApi({ changeCluster, isEnabled: services.deleteTopicEnable }),
    deleteRecordsApi(services),
    initProducerIdApi(services),
    offsetForLeaderEpochApi(services),
    addPartitionsToTxnApi(services),
    addOffsetsToTxnApi(services),
    endTxnApi(services),
    writeTxnMarkersApi(services),
    txnOffsetCommitApi(services),
    describeAclsApi(),
    createAclsApi(),
    deleteAclsApi(),
    describeConfigsApi(services),
    alterConfigsApi(services),
    alterReplicaLogDirsApi(services),
    describeLogDirsApi(services),
    saslAuthenticateApi(),
    createPartitionsApi(services),
    deleteGroupsApi(services),
    incrementalAlterConfigsApi(services),
    alterPartitionReassignmentsApi(services),
    listPartitionReassignmentsApi(),
    offsetDeleteApi(services),
    describeQuorumApi(services),
    describeClusterApi(services),
    describeProducersApi(services),
    describeTransactionsApi(services),
    listTransactionsApi(services),
    consumerGroupHeartbeatApi(services),
    consumerGroupDescribeApi(services),
    getTelemetrySubscriptionsApi(),
    listConfigResourcesApi(services),
    describeTopicPartitionsApi({ image, partitionCountMax: limits.describedPartitionCountMax }),
    shareGroupHeartbeatApi(services),
    shareGroupDescribeApi(services),
    shareFetchApi({
      ...sharing,
      clock,
      fetchSizeBytesMax: limits.fetchSizeBytesMax,
      onStopping: stopSignal.onStopping,
    }),
    shareAcknowledgeApi(sharing),
    initializeShareGroupStateApi(services),
    readShareGroupStateApi(services),
    writeShareGroupStateApi(services),
    deleteShareGroupStateApi(services),
    readShareGroupStateSummaryApi(services),
    describeShareGroupOffsetsApi(services),
    alterShareGroupOffsetsApi(services),
    deleteShareGroupOffsetsApi(services),
  ];
  for (const api of all) apis.set(api.key, api);
  return apis;
}
