import type { Clock } from '@sluice/kernel/clock';
import type { NodeId } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { shareGroupHeartbeatRequestCodec } from '@sluice/protocol/generated/messages/share-group-heartbeat-request';
import {
  type ShareGroupHeartbeatResponse,
  shareGroupHeartbeatResponseCodec,
  type TopicPartitions,
} from '@sluice/protocol/generated/messages/share-group-heartbeat-response';
import type { Broker } from '../broker.ts';
import type { Cluster } from '../cluster.ts';
import { askCoordinators } from '../group-coordinator.ts';
import { KafkaError } from '../kafka-error.ts';
import { isTransient } from '../retry.ts';
import { createPauses } from './pauses.ts';

const HEARTBEAT = { request: shareGroupHeartbeatRequestCodec, response: shareGroupHeartbeatResponseCodec };
const EPOCH_JOIN = 0;
const EPOCH_LEAVE = -1;

export interface MembershipHost {
  onJoined(): void;
  onAssigned(assignment: readonly TopicPartitions[]): void;
  /** The group does not know this member any longer; it joins again. */
  onFenced(): void;
  /** It goes on after a while, unless it is fatal. */
  onFailure(error: unknown, isFatal: boolean): void;
}

export interface MembershipOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly groupId: string;
  readonly memberId: string;
  readonly rackId: string | null;
  readonly topics: readonly string[];
  readonly retryDelayMs: number;
  readonly host: MembershipHost;
}

/** A member that says that it lives, and hears what it was given. */
export interface Membership {
  setTopics(topics: readonly string[]): void;
  /** Settles when the group knows, or cannot be told. */
  leave(): Promise<void>;
}

/** Joins, and goes on until it leaves or must not. */
export function startMembership(options: MembershipOptions): Membership {
  const { cluster, groupId, memberId, rackId, retryDelayMs, host } = options;
  const pauses = createPauses(options.clock);
  let topics = options.topics;
  /** The group has been told these. */
  let toldTopics: readonly string[] | undefined;
  let epoch = EPOCH_JOIN;
  let coordinator: NodeId | undefined;
  let isLeaving = false;
  /** How long until the next heartbeat while the group has given nothing. */
  let soonMs = retryDelayMs;
  const running = run();

  async function run(): Promise<void> {
    while (!isLeaving) {
      try {
        const told = topics;
        const answer = await beat(told);
        const isNew = epoch === EPOCH_JOIN;
        epoch = answer.memberEpoch;
        toldTopics = told;
        if (isNew) host.onJoined();
        if (answer.assignment !== null) onAssigned(answer.assignment.topicPartitions);
        if (topics === told) await pauses.pause(delayUntilNext(answer.heartbeatIntervalMs));
      } catch (error) {
        if (isFencing(error)) {
          epoch = EPOCH_JOIN;
          soonMs = retryDelayMs;
          host.onFenced();
        } else {
          host.onFailure(error, !isTransient(error));
          if (!isTransient(error)) return;
        }
        // The answer may be lost, and the group know or not.
        toldTopics = undefined;
        await pauses.pause(retryDelayMs);
      }
    }
  }

  function onAssigned(assignment: readonly TopicPartitions[]): void {
    soonMs = assignment.length === 0 ? retryDelayMs : Infinity;
    host.onAssigned(assignment);
  }

  /** Partitions come only with a later heartbeat, once their state is begun: that one need not wait the whole interval. */
  function delayUntilNext(intervalMs: number): number {
    const delayMs = Math.min(soonMs, intervalMs);
    soonMs *= 2;
    return delayMs;
  }

  function beat(told: readonly string[]): Promise<ShareGroupHeartbeatResponse> {
    const isFull = epoch === EPOCH_JOIN || toldTopics !== told;
    return ask({
      groupId,
      memberId,
      memberEpoch: epoch,
      rackId: isFull ? rackId : null,
      subscribedTopicNames: isFull ? told : null,
    });
  }

  async function ask(input: Parameters<typeof shareGroupHeartbeatRequestCodec.encode>[1]) {
    if (coordinator !== undefined) {
      try {
        return await request(await cluster.broker(coordinator));
      } catch (error) {
        coordinator = undefined;
        if (!isTransient(error)) throw error;
      }
    }
    const [answer] = await askCoordinators(cluster, [groupId], async (broker, _groups, nodeId) => {
      const response = await request(broker);
      coordinator = nodeId;
      return response;
    });
    if (answer === undefined) throw new KafkaError(ErrorCode.COORDINATOR_NOT_AVAILABLE, null);
    return answer;

    async function request(broker: Broker): Promise<ShareGroupHeartbeatResponse> {
      const response = await broker.request(HEARTBEAT, () => input);
      if (response.errorCode !== ErrorCode.NONE) throw new KafkaError(response.errorCode, response.errorMessage);
      return response;
    }
  }

  return {
    setTopics(changed) {
      topics = changed;
      soonMs = retryDelayMs;
      pauses.end();
    },
    async leave() {
      isLeaving = true;
      pauses.end();
      await running;
      if (epoch <= EPOCH_JOIN) return;
      epoch = EPOCH_LEAVE;
      await ask({ groupId, memberId, memberEpoch: EPOCH_LEAVE }).catch(() => {});
    },
  };
}

function isFencing(error: unknown): boolean {
  return (
    error instanceof KafkaError &&
    (error.code === ErrorCode.UNKNOWN_MEMBER_ID || error.code === ErrorCode.FENCED_MEMBER_EPOCH)
  );
}
