import type { LeaderEpoch, NodeId, ProducerId, Uuid } from '@sluice/kernel/ids';
import type { BrokerEndpoint, BrokerState } from '../image/cluster-image.ts';
import type { LeaseId } from '../store/metadata-store.ts';
import type { ApiError } from './decision.ts';

/*
 * Requests and replies of the controller's decisions. Fields are named as in the wire messages, so that a handler can
 * pass a decoded request and encode a reply.
 */

export interface CreatableTopic {
  readonly name: string;
  /** −1: the default, or the assignments say it. */
  readonly numPartitions: number;
  readonly replicationFactor: number;
  readonly assignments: readonly { readonly partitionIndex: number; readonly brokerIds: readonly NodeId[] }[];
  readonly configs: readonly { readonly name: string; readonly value: string | null }[];
}

export interface CreateTopicsRequest {
  readonly topics: readonly CreatableTopic[];
  readonly validateOnly: boolean;
}

export interface CreatedTopicConfig {
  readonly name: string;
  readonly value: string | null;
  readonly readOnly: boolean;
  readonly configSource: number;
  readonly isSensitive: boolean;
}

export interface CreateTopicsReply {
  readonly topics: readonly (ApiError & {
    readonly name: string;
    /** The zero UUID with an error. */
    readonly topicId: Uuid;
    /** −1 with an error. */
    readonly numPartitions: number;
    readonly replicationFactor: number;
    readonly configs: readonly CreatedTopicConfig[];
  })[];
}

export interface DeleteTopicsRequest {
  /** Either by name (zero id) or by id (null name). Before version 6 names come as `topicNames`: map them to this. */
  readonly topics: readonly { readonly name: string | null; readonly topicId: Uuid }[];
}

export interface DeleteTopicsReply {
  readonly responses: readonly (ApiError & { readonly name: string | null; readonly topicId: Uuid })[];
}

export interface CreatePartitionsRequest {
  readonly topics: readonly {
    readonly name: string;
    /** The count to have afterwards. */
    readonly count: number;
    readonly assignments: readonly { readonly brokerIds: readonly NodeId[] }[] | null;
  }[];
  readonly validateOnly: boolean;
}

export interface CreatePartitionsReply {
  readonly results: readonly (ApiError & { readonly name: string })[];
}

/** The wire's resource type: 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32 group. */
export interface AlterConfigsRequest {
  readonly resources: readonly {
    readonly resourceType: number;
    readonly resourceName: string;
    readonly configs: readonly { readonly name: string; readonly value: string | null }[];
  }[];
  readonly validateOnly: boolean;
}

export interface IncrementalAlterConfigsRequest {
  readonly resources: readonly {
    readonly resourceType: number;
    readonly resourceName: string;
    readonly configs: readonly {
      readonly name: string;
      /** 0 SET, 1 DELETE, 2 APPEND, 3 SUBTRACT. */
      readonly configOperation: number;
      readonly value: string | null;
    }[];
  }[];
  readonly validateOnly: boolean;
}

/** One per resource of the request, in its order. */
export interface AlterConfigsReply {
  readonly responses: readonly (ApiError & { readonly resourceType: number; readonly resourceName: string })[];
}

export interface RegisterBrokerRequest {
  readonly brokerId: NodeId;
  readonly incarnationId: Uuid;
  readonly endpoints: readonly BrokerEndpoint[];
  readonly rack: string | null;
  readonly logDirs: readonly Uuid[];
  /** The broker's own lease: the registration counts as fenced once it ends. */
  readonly lease: LeaseId;
  readonly state: BrokerState;
}

/** The epoch is the revision of the transaction: read it from the image after `run`. */
export type RegisterBrokerReply = ApiError;

export interface ChangeBrokerStateRequest {
  readonly brokerId: NodeId;
  readonly brokerEpoch: number;
  readonly lease: LeaseId;
  readonly state: BrokerState;
}
export type ChangeBrokerStateReply = ApiError;

export interface ReportDirectoriesRequest {
  readonly brokerId: NodeId;
  readonly brokerEpoch: number;
  readonly replicas: readonly {
    readonly topicId: Uuid;
    readonly partition: number;
    /** `LOST_DIRECTORY`: in one that has failed. */
    readonly directory: Uuid;
  }[];
}
export type ReportDirectoriesReply = ApiError;

export interface AllocateProducerIdsRequest {
  readonly brokerId: NodeId;
  readonly brokerEpoch: number;
}

export interface AllocateProducerIdsReply extends ApiError {
  readonly producerIdStart: ProducerId;
  readonly producerIdLen: number;
}

export interface AlterPartitionRequest {
  readonly brokerId: NodeId;
  readonly brokerEpoch: number;
  readonly topics: readonly {
    readonly topicId: Uuid;
    readonly partitions: readonly AlteredPartition[];
  }[];
}

export interface AlteredPartition {
  readonly partitionIndex: number;
  readonly leaderEpoch: LeaderEpoch;
  /** The epoch of each: a replica that was restarted since the leader saw it in sync must not come back by mistake. */
  readonly newIsrWithEpochs: readonly { readonly brokerId: NodeId; readonly brokerEpoch: number }[];
  readonly partitionEpoch: number;
}

export interface AlterPartitionReply {
  /** For the whole request; without an error the topics are answered one by one. */
  readonly errorCode: number;
  readonly topics: readonly {
    readonly topicId: Uuid;
    readonly partitions: readonly AlteredPartitionReply[];
  }[];
}

export interface AlteredPartitionReply {
  readonly partitionIndex: number;
  readonly errorCode: number;
  readonly leaderId: NodeId;
  readonly leaderEpoch: LeaderEpoch;
  readonly isr: readonly NodeId[];
  readonly partitionEpoch: number;
}
