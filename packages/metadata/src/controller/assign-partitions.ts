import { type NodeId, ZERO_UUID } from '@sluice/kernel/ids';
import type { Random } from '@sluice/kernel/random';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { BrokerImage, ClusterImage, PartitionState } from '../image/cluster-image.ts';
import { apiError } from './api-error.ts';
import type { ApiError } from './decision.ts';
import { placeReplicas } from './place-replicas.ts';

export type AssignedPartitions =
  | { readonly ok: true; readonly states: readonly PartitionState[] }
  | { readonly ok: false; readonly error: ApiError };

/** New partitions where the cluster has room for them. */
export function assignPartitions(
  image: ClusterImage,
  random: Random,
  partitionCount: number,
  replicationFactor: number,
): AssignedPartitions {
  const brokers = [...image.brokers.values()]
    .filter((broker) => broker.state !== 'shutting-down')
    .map((broker) => ({ id: broker.id, rack: broker.rack, fenced: broker.state === 'fenced' }));
  const placement = placeReplicas({ brokers, partitionCount, replicationFactor, random });
  if (!placement.ok) {
    const message = `Replication factor ${replicationFactor} cannot be had: ${placement.problem}.`;
    return { ok: false, error: apiError(ErrorCode.INVALID_REPLICATION_FACTOR, message) };
  }
  return { ok: true, states: placement.replicas.map((replicas) => newPartition(image, replicas)) };
}

/** New partitions on the brokers that somebody chose; all must have as many replicas. */
export function assignChosenPartitions(
  image: ClusterImage,
  chosen: readonly (readonly NodeId[])[],
  replicationFactor: number | undefined,
): AssignedPartitions {
  const states: PartitionState[] = [];
  for (const replicas of chosen) {
    const expected = replicationFactor ?? chosen[0]?.length ?? 0;
    const problem = chosenProblem(image, replicas, expected);
    if (problem !== undefined) {
      return { ok: false, error: apiError(ErrorCode.INVALID_REPLICA_ASSIGNMENT, problem) };
    }
    states.push(newPartition(image, replicas));
  }
  return { ok: true, states };
}

function chosenProblem(image: ClusterImage, replicas: readonly NodeId[], expected: number): string | undefined {
  if (replicas.length === 0) return 'The manual assignment has a partition without replicas.';
  for (const [index, id] of replicas.entries()) {
    if (!image.brokers.has(id)) return `The manual assignment has broker ${id}, which is not registered.`;
    if (replicas.indexOf(id) !== index) return `The manual assignment has broker ${id} more than once.`;
  }
  if (replicas.length !== expected) {
    return `The manual assignment has ${replicas.length} replica(s) for one partition and ${expected} for another.`;
  }
  if (!replicas.some((id) => isActive(image.brokers.get(id)))) {
    return 'The manual assignment has a partition whose brokers are all fenced or shutting down.';
  }
  return undefined;
}

function isActive(broker: BrokerImage | undefined): boolean {
  return broker?.state === 'running';
}

function newPartition(image: ClusterImage, replicas: readonly NodeId[]): PartitionState {
  const isr = replicas.filter((id) => isActive(image.brokers.get(id)));
  return {
    replicas,
    directories: replicas.map((id) => directoryOf(image.brokers.get(id))),
    isr,
    elr: [],
    leader: isr[0] ?? -1,
    leaderEpoch: 0,
    partitionEpoch: 0,
    adding: [],
    removing: [],
  };
}

/** With one directory it is clear; else the broker itself chooses, and the zero id says so (KIP-858). */
function directoryOf(broker: BrokerImage | undefined): string {
  const [only = ZERO_UUID, ...others] = broker?.logDirs ?? [];
  return others.length === 0 ? only : ZERO_UUID;
}
