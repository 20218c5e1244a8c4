/*
 * A broker says in which of its log directories its replicas are (KIP-858), or that a directory has failed: a replica in
 * it leads no more and is not in sync, as if its broker had died. When it is back, it may lead again.
 */
import { LOST_DIRECTORY, type NodeId, type Uuid } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { PartitionState } from '../image/cluster-image.ts';
import { partitionKey } from '../image/keys.ts';
import { encodePartition } from '../image/values.ts';
import { apiError } from './api-error.ts';
import type { Decided, DecisionContext, Write } from './decision.ts';
import type { ReportDirectoriesReply, ReportDirectoriesRequest } from './requests.ts';

/** Replicas of topics that are gone meanwhile are passed over. */
export function reportDirectories(
  { image }: DecisionContext,
  { brokerId, brokerEpoch, replicas }: ReportDirectoriesRequest,
): Decided<ReportDirectoriesReply> {
  if (image.brokers.get(brokerId)?.epoch !== brokerEpoch) {
    const message = `Broker ${brokerId} is not registered with epoch ${brokerEpoch}.`;
    return { writes: [], reply: apiError(ErrorCode.STALE_BROKER_EPOCH, message) };
  }
  const writes: Write[] = [];
  for (const { topicId, partition, directory } of replicas) {
    const before = image.topicsById.get(topicId)?.partitions[partition];
    const after = before === undefined ? undefined : withDirectory(before, brokerId, directory);
    if (before === undefined || after === undefined || after === before) continue;
    const key = partitionKey(topicId, partition);
    writes.push({
      stage: [],
      commit: [{ kind: 'put', key, value: encodePartition(after) }],
      compare: [{ key, value: encodePartition(before) }],
    });
  }
  return { writes, reply: apiError(ErrorCode.NONE) };
}

/** The same object if nothing changes. */
function withDirectory(before: PartitionState, brokerId: NodeId, directory: Uuid): PartitionState {
  const index = before.replicas.indexOf(brokerId);
  if (index < 0) return before;
  const after = directory === LOST_DIRECTORY ? withoutReplica(before, brokerId) : withReplica(before, brokerId);
  if (after === before && before.directories[index] === directory) return before;
  const directories = before.replicas.map((_, at) =>
    at === index ? directory : (before.directories[at] ?? directory),
  );
  return { ...after, directories, partitionEpoch: before.partitionEpoch + 1 };
}

/** The last one in sync may lead again when it is back (KIP-966). */
function withoutReplica(before: PartitionState, brokerId: NodeId): PartitionState {
  if (!before.isr.includes(brokerId)) return before;
  const isr = before.isr.filter((id) => id !== brokerId);
  const elr = isr.length === 0 ? [...before.elr.filter((id) => id !== brokerId), brokerId] : before.elr;
  if (before.leader !== brokerId) return { ...before, isr, elr };
  return { ...before, isr, elr, leader: isr[0] ?? -1, leaderEpoch: before.leaderEpoch + 1 };
}

function withReplica(before: PartitionState, brokerId: NodeId): PartitionState {
  const mayLead = before.isr.includes(brokerId) || (before.isr.length === 0 && before.elr.includes(brokerId));
  if (before.leader !== -1 || !mayLead) return before;
  const elr = before.elr.filter((id) => id !== brokerId);
  const isr = before.isr.length === 0 ? [brokerId] : before.isr;
  return { ...before, isr, elr, leader: brokerId, leaderEpoch: before.leaderEpoch + 1 };
}
