import type { Clock, Timer } from '@sluice/kernel/clock';
import { LOST_DIRECTORY, type NodeId, type Uuid } from '@sluice/kernel/ids';
import type { Logger } from '@sluice/kernel/logger';
import type { Controller } from '@sluice/metadata/controller/controller-types';
import { reportDirectories } from '@sluice/metadata/controller/report-directories';
import type { ReportDirectoriesRequest } from '@sluice/metadata/controller/requests';
import type { ClusterImage } from '@sluice/metadata/image/cluster-image';
import { ErrorCode } from '@sluice/protocol/generated/errors';

/** Between an attempt that failed and the next. */
const RETRY_MS = 1_000;
/** Of one transaction. */
const REPLICA_COUNT_MAX = 5_000;

type Replica = ReportDirectoriesRequest['replicas'][number];

/** Tells the cluster in which directories this broker's replicas are, many at once, and only what it does not know. */
export interface ReplicaReports {
  /** Without a directory: it is in one that has failed. */
  note(topicId: Uuid, partition: number, directory: Uuid | undefined): void;
  /** Begins to tell: from now on there is a registration. */
  start(brokerEpoch: () => number): Promise<void>;
  /** Tells what is left, once. */
  close(): Promise<void>;
}

export function createReplicaReports(options: {
  readonly nodeId: NodeId;
  readonly image: ClusterImage;
  readonly controller: Controller;
  readonly clock: Clock;
  readonly logger: Logger;
}): ReplicaReports {
  const { nodeId, image, controller, clock, logger } = options;
  const pending = new Map<string, Replica>();
  let brokerEpoch: (() => number) | undefined;
  let telling: Promise<void> | undefined;
  let retry: Timer | undefined;
  let isClosed = false;

  function tell(): Promise<void> {
    telling ??= tellAll().finally(() => {
      telling = undefined;
    });
    return telling;
  }

  async function tellAll(): Promise<void> {
    while (pending.size > 0 && brokerEpoch !== undefined) {
      const replicas = [...pending.values()].slice(0, REPLICA_COUNT_MAX);
      const problem = await tellOnce(replicas, brokerEpoch());
      if (problem !== undefined) {
        logger.warn('the cluster could not be told where replicas are', { reason: problem });
        if (!isClosed) retry ??= clock.setTimer(RETRY_MS, again);
        return;
      }
      for (const replica of replicas) if (pending.get(keyOf(replica)) === replica) pending.delete(keyOf(replica));
    }
  }

  async function tellOnce(replicas: readonly Replica[], epoch: number): Promise<string | undefined> {
    try {
      const outcome = await controller.run(reportDirectories, { brokerId: nodeId, brokerEpoch: epoch, replicas });
      const { errorCode, errorMessage } = outcome.kind === 'refused' ? outcome : outcome.reply;
      return errorCode === ErrorCode.NONE ? undefined : (errorMessage ?? `error ${errorCode}`);
    } catch (error) {
      return String(error);
    }
  }

  function again(): void {
    retry = undefined;
    void tell();
  }

  function isKnown({ topicId, partition, directory }: Replica): boolean {
    const state = image.topicsById.get(topicId)?.partitions[partition];
    const index = state?.replicas.indexOf(nodeId) ?? -1;
    if (state === undefined || index < 0 || state.directories[index] !== directory) return false;
    return directory === LOST_DIRECTORY || state.leader !== -1;
  }

  return {
    note(topicId, partition, directory) {
      const replica = { topicId, partition, directory: directory ?? LOST_DIRECTORY };
      const key = keyOf(replica);
      if (!pending.has(key) && isKnown(replica)) return;
      pending.set(key, replica);
      // Those that come in this turn go together.
      if (brokerEpoch !== undefined && retry === undefined) queueMicrotask(() => void tell());
    },
    start(epoch) {
      brokerEpoch = epoch;
      return tell();
    },
    async close() {
      isClosed = true;
      retry?.cancel();
      await tell();
    },
  };
}

function keyOf({ topicId, partition }: Replica): string {
  return `${topicId}/${partition}`;
}
