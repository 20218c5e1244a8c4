/*
 * FindCoordinator (10), versions 0–6.
 *
 * - A group's coordinator is the leader of its partition of `__consumer_offsets`, a transactional id's that of its
 *   partition of `__transaction_state`, a share partition's that of `__share_group_state`. The topics are made when they
 *   are first asked for. Kafka answers COORDINATOR_NOT_AVAILABLE meanwhile; here the answer waits for it.
 * - An unknown key type is INVALID_REQUEST, and so are share groups before v6.
 * - v3: flexible. v4: several keys (KIP-699). v5: TRANSACTION_ABORTABLE (KIP-890). v6: share groups (KIP-932).
 */
import { GROUP_METADATA_TOPIC } from '@sluice/coordinator/group/create-group-coordinator';
import type { GroupCoordinator } from '@sluice/coordinator/group/group-coordinator';
import { SHARE_GROUP_STATE_TOPIC } from '@sluice/coordinator/share/create-share-coordinator';
import type { ShareCoordinator } from '@sluice/coordinator/share/share-coordinator';
import { TRANSACTION_STATE_TOPIC } from '@sluice/coordinator/transaction/create-transaction-coordinator';
import type { TransactionCoordinator } from '@sluice/coordinator/transaction/transaction-coordinator';
import type { ClusterImage } from '@sluice/metadata/image/cluster-image';
import { ERRORS, ErrorCode } from '@sluice/protocol/generated/errors';
import { findCoordinatorRequestCodec } from '@sluice/protocol/generated/messages/find-coordinator-request';
import { findCoordinatorResponseCodec } from '@sluice/protocol/generated/messages/find-coordinator-response';
import type { AutoCreate } from '../auto-create.ts';
import { defineApi } from '../define-api.ts';
import { brokersOn } from '../describe-brokers.ts';
import type { RequestInfo } from '../request.ts';

const BATCHED_FROM = 4;
const SHARE_FROM = 6;
const KeyType = { GROUP: 0, TRANSACTION: 1, SHARE: 2 } as const;
const TOPICS: ReadonlyMap<number, string> = new Map([
  [KeyType.GROUP, GROUP_METADATA_TOPIC],
  [KeyType.TRANSACTION, TRANSACTION_STATE_TOPIC],
  [KeyType.SHARE, SHARE_GROUP_STATE_TOPIC],
]);
/** Group, topic id, partition. */
const SHARE_KEY = /^.+:[A-Za-z0-9_-]{22}:[0-9]+$/;

export interface FindCoordinatorServices {
  readonly image: ClusterImage;
  readonly groups: GroupCoordinator;
  readonly transactions: TransactionCoordinator;
  readonly shareState: ShareCoordinator;
  readonly autoCreate: AutoCreate;
}

interface Coordinator {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly errorCode: number;
  readonly errorMessage: string;
}

export function findCoordinatorApi({ image, groups, transactions, shareState, autoCreate }: FindCoordinatorServices) {
  function coordinatorOf(topicName: string, partition: number, listenerName: string): Coordinator {
    const leader = image.topicsByName.get(topicName)?.partitions[partition]?.leader ?? -1;
    const broker = brokersOn(image, listenerName).find(({ nodeId, isFenced }) => nodeId === leader && !isFenced);
    if (broker === undefined) return nobody(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    const { nodeId, host, port } = broker;
    return { nodeId, host, port, errorCode: ErrorCode.NONE, errorMessage: '' };
  }

  function find(keyType: number, key: string, { apiVersion, peer }: RequestInfo): Coordinator {
    switch (keyType) {
      case KeyType.GROUP:
        return coordinatorOf(GROUP_METADATA_TOPIC, groups.partitionOf(key), peer.listenerName);
      case KeyType.TRANSACTION:
        return coordinatorOf(TRANSACTION_STATE_TOPIC, transactions.partitionOf(key), peer.listenerName);
      case KeyType.SHARE: {
        if (!isShareKey(key, apiVersion)) return nobody(ErrorCode.INVALID_REQUEST);
        return coordinatorOf(SHARE_GROUP_STATE_TOPIC, shareState.partitionOf(key), peer.listenerName);
      }
      default:
        return nobody(ErrorCode.INVALID_REQUEST, `unknown key type ${keyType}`);
    }
  }

  return defineApi({
    request: findCoordinatorRequestCodec,
    response: findCoordinatorResponseCodec,
    async handle({ key, keyType, coordinatorKeys }, info) {
      const keys = info.apiVersion < BATCHED_FROM ? [key] : coordinatorKeys;
      const isForSome = keyType !== KeyType.SHARE || keys.some((each) => isShareKey(each, info.apiVersion));
      const topic = isForSome ? TOPICS.get(keyType) : undefined;
      if (topic !== undefined && !image.topicsByName.has(topic)) await autoCreate([topic]);
      if (info.apiVersion < BATCHED_FROM) {
        const found = find(keyType, key, info);
        // Kafka puts a text here whatever the answer.
        return { ...found, errorMessage: ERRORS.get(found.errorCode)?.name ?? 'UNKNOWN_SERVER_ERROR' };
      }
      return { coordinators: coordinatorKeys.map((each) => ({ key: each, ...find(keyType, each, info) })) };
    },
  });
}

function isShareKey(key: string, apiVersion: number): boolean {
  return apiVersion >= SHARE_FROM && SHARE_KEY.test(key);
}

function nobody(errorCode: number, errorMessage = ''): Coordinator {
  return { nodeId: -1, host: '', port: -1, errorCode, errorMessage };
}
