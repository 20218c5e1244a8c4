import { assert } from '@sluice/kernel/assert';
import type { NodeId } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { findCoordinatorRequestCodec } from '@sluice/protocol/generated/messages/find-coordinator-request';
import {
  type FindCoordinatorResponse,
  findCoordinatorResponseCodec,
} from '@sluice/protocol/generated/messages/find-coordinator-response';
import type { Broker } from './broker.ts';
import type { Cluster } from './cluster.ts';
import { KafkaError } from './kafka-error.ts';
import { retry } from './retry.ts';

const FIND_COORDINATOR = { request: findCoordinatorRequestCodec, response: findCoordinatorResponseCodec };
/** What a coordinator is asked for. */
export const CoordinatorKey = { GROUP: 0, TRANSACTION: 1 } as const;
export type CoordinatorKey = (typeof CoordinatorKey)[keyof typeof CoordinatorKey];
/** From here on one request asks for many groups (KIP-699). */
const BATCHED_FROM = 4;

/**
 * Asks the coordinator of each group (or transactional id), once for all of its own. Repeats while coordinators move or load, up to the
 * cluster's timeout; `ask` throws `KafkaError` for what it was answered.
 */
export async function askCoordinators<Result>(
  cluster: Cluster,
  groupIds: readonly string[],
  ask: (coordinator: Broker, groupIds: readonly string[], nodeId: NodeId) => Promise<Result>,
  keyType: CoordinatorKey = CoordinatorKey.GROUP,
): Promise<readonly Result[]> {
  // A cluster that is not there at all is not waited for.
  await cluster.any();
  return await retry(cluster.clock, cluster.timeoutMs, async () => {
    const coordinators = await coordinatorsOf(cluster, groupIds, keyType);
    return await Promise.all(
      [...Map.groupBy(coordinators, ([, nodeId]) => nodeId)].map(async ([nodeId, led]) =>
        ask(
          await cluster.broker(nodeId),
          led.map(([groupId]) => groupId),
          nodeId,
        ),
      ),
    );
  });
}

/** As `askCoordinators`, for one group. */
export async function askCoordinator<Result>(
  cluster: Cluster,
  groupId: string,
  ask: (coordinator: Broker) => Promise<Result>,
): Promise<Result> {
  const [result] = await askCoordinators(cluster, [groupId], async (coordinator) => ({
    value: await ask(coordinator),
  }));
  assert(result !== undefined, 'a group has one coordinator');
  return result.value;
}

/** Whether an error that one partition is answered with says that the coordinator moved or loads. */
export function isOfCoordinator({ code }: KafkaError): boolean {
  return (
    code === ErrorCode.NOT_COORDINATOR ||
    code === ErrorCode.COORDINATOR_NOT_AVAILABLE ||
    code === ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
  );
}

/** The coordinator of each key, in their order. */
async function coordinatorsOf(
  cluster: Cluster,
  groupIds: readonly string[],
  keyType: CoordinatorKey,
): Promise<readonly (readonly [groupId: string, nodeId: NodeId])[]> {
  // Says where the brokers are that the answer names.
  await cluster.metadata([]);
  const broker = await cluster.any();
  const version = broker.versionOf(FIND_COORDINATOR);
  if (version !== undefined && version < BATCHED_FROM) {
    return await Promise.all(
      groupIds.map(async (key) => {
        const response = await broker.request(FIND_COORDINATOR, (agreed) => (agreed >= 1 ? { key, keyType } : { key }));
        return [key, nodeOf(response)] as const;
      }),
    );
  }
  const response = await broker.request(FIND_COORDINATOR, () => ({
    keyType,
    coordinatorKeys: [...groupIds],
  }));
  const byKey = new Map(response.coordinators.map((coordinator) => [coordinator.key, coordinator]));
  return groupIds.map((groupId) => {
    const coordinator = byKey.get(groupId);
    if (coordinator === undefined) throw new KafkaError(ErrorCode.COORDINATOR_NOT_AVAILABLE, null);
    return [groupId, nodeOf(coordinator)] as const;
  });
}

function nodeOf({
  errorCode,
  errorMessage,
  nodeId,
}: Pick<FindCoordinatorResponse, 'errorCode' | 'errorMessage' | 'nodeId'>): NodeId {
  if (errorCode !== ErrorCode.NONE) throw new KafkaError(errorCode, errorMessage);
  return nodeId;
}
