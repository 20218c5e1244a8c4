import type { NodeId } from '@sluice/kernel/ids';
import type { MetadataResponse } from '@sluice/protocol/generated/messages/metadata-response';
import type { TopicPartitions } from '@sluice/protocol/generated/messages/share-group-heartbeat-response';
import { openBroker } from '../broker.ts';
import { ClientError } from '../client-error.ts';
import { createCluster } from '../cluster.ts';
import { retry } from '../retry.ts';
import {
  type Acknowledgement,
  AcknowledgeType,
  type Acquired,
  acknowledgementOf,
  type SharedPartition,
} from './acknowledgement.ts';
import { createAssignedPartitions } from './assigned-partitions.ts';
import { closedError, NetworkError, type ShareConsumerError } from './errors.ts';
import { createJoining } from './joining.ts';
import { type Membership, startMembership } from './membership.ts';
import { createMetadataRefresh } from './metadata-refresh.ts';
import { createNodeSession, type NodeSession } from './node-session.ts';
import type { ShareConsumerPorts } from './options.ts';
import { createPauses } from './pauses.ts';
import type { SessionHost } from './session-host.ts';
import { createSessionTable } from './session-table.ts';
import type { MemberSettings } from './settings.ts';
import { createSettlements } from './settlements.ts';
import type { FetchSettings } from './share-requests.ts';
import { toConsumerError } from './to-consumer-error.ts';

/** The loop that a member's messages go to. */
export interface MemberLoop {
  readonly settings: {
    readonly fetch: FetchSettings;
    readonly acknowledgeWaitMs: number;
  };
  readonly isWaiting: boolean;
  push(acquired: readonly Acquired[]): void;
  purge(): void;
  keepOnly(isKept: (acquired: Acquired) => boolean): void;
  acceptHanded(): void;
  end(error?: ShareConsumerError): void;
}

export interface MemberHost {
  onJoined(): void;
  onLeft(): void;
  onFenced(): void;
  onAssigned(): void;
  onFailure(error: ShareConsumerError): void;
  onAcknowledged(acknowledgements: readonly Acknowledgement[], error: ShareConsumerError | undefined): void;
}

/** A member of a share group: its place in the group, and its sessions with the brokers that lead its partitions. */
export interface ShareMember {
  readonly places: ReadonlyMap<string, SharedPartition>;
  /** Joins, or changes what it is subscribed to; settles when the group knows it. */
  join(topics: readonly string[]): Promise<void>;
  setLoop(loop: MemberLoop | undefined): void;
  say(acknowledgement: Acknowledgement): void;
  wake(): void;
  /** Sends all that was said, and settles when it is answered. */
  flush(): Promise<void>;
  /** As `flush`; fails with `AcknowledgementError` for all that does not count. */
  commit(): Promise<void>;
  close(): Promise<void>;
}

export function createShareMember(
  settings: MemberSettings,
  memberId: string,
  ports: ShareConsumerPorts,
  host: MemberHost,
): ShareMember {
  const { clock, network } = ports;
  const { groupId, timeoutMs, retryDelayMs } = settings;
  const connectionOptions = { network, clock, clientId: settings.clientId, timeoutMs };
  // Sessions have connections of their own: a fetch that waits must hold no heartbeat.
  const cluster = createCluster({ ...connectionOptions, bootstrap: settings.bootstrap });
  const partitions = createAssignedPartitions();
  const settlements = createSettlements();
  const pauses = createPauses(clock);
  const sessions = createSessionTable(openSession);
  const joining = createJoining(clock, groupId, timeoutMs);
  const refresh = createMetadataRefresh({
    cluster,
    pauses,
    retryDelayMs,
    topics: () => topics,
    onMetadata(response) {
      partitions.onMetadata(response);
      if (hasState) takeWanted(response);
      spread();
      return !partitions.areIncomplete;
    },
    onFailure,
  });
  let topics: readonly string[] = [];
  let membership: Membership | undefined;
  let starting: Promise<void> | undefined;
  let loop: MemberLoop | undefined;
  let failure: ShareConsumerError | undefined;
  let isClosing = false;
  /** The group gave this member a partition, so it has begun the state of those that there were by then. */
  let hasState = false;
  let letGo: (() => void) | undefined;

  function openSession(nodeId: NodeId): NodeSession {
    const sessionHost: SessionHost = {
      fetchSettings() {
        if (loop === undefined || !loop.isWaiting) return undefined;
        const { fetch } = loop.settings;
        return fetch.acquireMode === 'batch_optimized' || sessions.hasTurn(session) ? fetch : undefined;
      },
      acknowledgeWaitMs: () => loop?.settings.acknowledgeWaitMs ?? 0,
      onAcquired(acquired) {
        if (loop === undefined) release(acquired);
        else loop.push(acquired);
      },
      onSettled: settle,
      onLost() {
        loop?.purge();
        queueMicrotask(sessions.wake);
      },
      onStale(place, leader, endpoints) {
        if (leader !== undefined && partitions.onLeader(place, leader, endpoints)) spread();
        else refresh.start();
      },
      onFailure(error, isFatal) {
        onFailure(error, isFatal);
        if (error instanceof NetworkError && !isClosing) refresh.start();
      },
      onFree() {
        if (loop?.settings.fetch.acquireMode === 'record_limit') queueMicrotask(sessions.wake);
      },
    };
    const session = createNodeSession({
      groupId,
      memberId,
      clock,
      timeoutMs,
      retryDelayMs,
      async dial() {
        const address = partitions.addressOf(nodeId);
        if (address === undefined)
          throw new ClientError('no-such-address', '', `the cluster names no broker ${nodeId}`);
        return await openBroker(address, connectionOptions);
      },
      host: sessionHost,
    });
    return session;
  }

  function release(acquired: readonly Acquired[]): void {
    for (const each of acquired) say(acknowledgementOf(each, AcknowledgeType.RELEASE, false));
  }

  function say(acknowledgement: Acknowledgement): void {
    settlements.track(acknowledgement);
    acknowledgement.acquired?.from.acknowledge(acknowledgement);
  }

  function settle(acknowledgements: readonly Acknowledgement[], error: ShareConsumerError | undefined): void {
    settlements.settle(acknowledgements, error);
    host.onAcknowledged(acknowledgements, error);
  }

  /** In place of what the group gave: all that is wanted. */
  function takeWanted(response: MetadataResponse): void {
    const { takes } = settings;
    if (takes !== undefined) partitions.assign(partitionsOf(response, takes));
  }

  /** Each partition to its leader; what was acquired from another is no longer this member's. */
  function spread(): void {
    sessions.assign(partitions.byLeader());
    loop?.keepOnly(({ place, from }) => {
      const leader = partitions.leaderOf(place);
      return partitions.has(place) && leader !== undefined && sessions.get(leader) === from;
    });
  }

  function onFailure(cause: unknown, isFatal: boolean): void {
    const error = toConsumerError(cause);
    if (isClosing) return;
    host.onFailure(error);
    if (!isFatal) return;
    failure ??= error;
    joining.onFailed(error);
    loop?.end(error);
  }

  const membershipHost = {
    onJoined() {
      joining.onJoined();
      host.onJoined();
    },
    onAssigned(assignment: readonly TopicPartitions[]) {
      hasState ||= assignment.length > 0;
      if (settings.takes === undefined) partitions.assign(assignment);
      spread();
      if (settings.takes !== undefined || partitions.areIncomplete) refresh.start();
      host.onAssigned();
    },
    onFenced() {
      if (settings.takes === undefined) partitions.assign([]);
      spread();
      host.onFenced();
    },
    onFailure,
  };

  async function start(): Promise<void> {
    letGo ??= ports.holdProcess?.();
    const { allowAutoTopicCreation, rackId } = settings;
    const response = await retry(clock, timeoutMs, async () => {
      if (isClosing) throw closedError();
      return await cluster.metadata(topics, { allowAutoTopicCreation });
    });
    if (isClosing) throw closedError();
    partitions.onMetadata(response);
    membership = startMembership({
      ...{ cluster, clock, groupId, memberId, rackId, topics, retryDelayMs },
      host: membershipHost,
    });
  }

  /** Those who ask at the same time share the attempt: a member joins once. */
  async function startOnce(): Promise<void> {
    starting ??= start();
    try {
      await joining.unlessFailed(starting);
    } finally {
      starting = undefined;
      if (membership === undefined) stopHolding();
    }
  }

  function stopHolding(): void {
    letGo?.();
    letGo = undefined;
  }

  async function flush(): Promise<void> {
    sessions.flush();
    await settlements.whenAnswered();
  }

  /** All that is said leaves; what cannot within the timeout fails. */
  async function end(): Promise<void> {
    const overdue = Promise.withResolvers<void>();
    const late = clock.setTimer(timeoutMs, () => {
      overdue.resolve();
      for (const session of sessions.all) session.abort();
      cluster.close();
    });
    refresh.stop();
    pauses.end();
    await Promise.all(sessions.all.map((session) => session.end()));
    await settlements.whenAnswered();
    await Promise.race([membership?.leave(), overdue.promise]);
    late.cancel();
    cluster.close();
    stopHolding();
  }

  return {
    get places() {
      return partitions.places;
    },
    async join(wanted) {
      if (failure !== undefined) throw failure;
      topics = wanted;
      try {
        if (membership === undefined) await startOnce();
        else {
          membership.setTopics(wanted);
          refresh.start();
        }
        await joining.inTime();
      } catch (error) {
        throw toConsumerError(error);
      }
    },
    setLoop(next) {
      loop = next;
    },
    say,
    wake: () => queueMicrotask(sessions.wake),
    flush,
    async commit() {
      loop?.acceptHanded();
      await flush();
      settlements.throwFailures();
    },
    async close() {
      isClosing = true;
      joining.onFailed(closedError());
      settlements.forgetFailures();
      await end();
      if (membership !== undefined) host.onLeft();
      settlements.throwFailures();
    },
  };
}

function partitionsOf({ topics }: MetadataResponse, takes: (topic: string, partition: number) => boolean) {
  return topics.map(({ topicId, name, partitions }) => ({
    topicId,
    partitions: partitions.map(({ partitionIndex }) => partitionIndex).filter((each) => takes(name ?? '', each)),
  }));
}
