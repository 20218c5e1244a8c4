import type { MetadataResponse } from '@sluice/protocol/generated/messages/metadata-response';
import type { TopicPartitions } from '@sluice/protocol/generated/messages/share-group-heartbeat-response';
import { openBroker } from '../broker.ts';
import { createCluster } from '../cluster.ts';
import { retry } from '../retry.ts';
import type { Acknowledgement, SharedPartition } from './acknowledgement.ts';
import { createAssignedPartitions } from './assigned-partitions.ts';
import { createBeginning } from './beginning.ts';
import { closedError, type ShareConsumerError } from './errors.ts';
import { createJoining } from './joining.ts';
import type { MemberLoop } from './member-loop.ts';
import { createMemberSessions } from './member-sessions.ts';
import { type Membership, startMembership } from './membership.ts';
import { createMetadataRefresh } from './metadata-refresh.ts';
import type { ShareConsumerPorts } from './options.ts';
import { createPauses } from './pauses.ts';
import type { MemberSettings } from './settings.ts';
import { createSettlements } from './settlements.ts';
import { takenOf } from './taken-partitions.ts';
import { toConsumerError } from './to-consumer-error.ts';

export interface MemberHost {
  onJoined(): void;
  onLeft(): void;
  onFenced(): void;
  onAssigned(): void;
  onFailure(error: ShareConsumerError): void;
  onAcknowledged(acknowledgements: readonly Acknowledgement[], error: ShareConsumerError | undefined): void;
}

/** The group may have to make its own topics first. */
const BEGIN_PATIENCE = 3;

/** A member of a share group: its place in the group, and its sessions with the brokers that lead its partitions. */
export interface ShareMember {
  readonly places: ReadonlyMap<string, SharedPartition>;
  /** Joins, or changes what it is subscribed to; settles when the group knows it. */
  join(topics: readonly string[]): Promise<void>;
  /**
   * Settles when the group has begun the partitions that it gave this member, so that nothing is passed over that is sent
   * from now on; at the latest after a while, as it may have none to give. Fails as `join` does.
   */
  whenBegun(): Promise<void>;
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
  const joining = createJoining(clock, groupId, timeoutMs);
  const refresh = createMetadataRefresh({
    cluster,
    pauses,
    retryDelayMs,
    topics: () => topics,
    onMetadata(response) {
      partitions.onMetadata(response);
      if (hasState) takeWanted(response);
      sessions.spread();
      return !partitions.areIncomplete;
    },
    onFailure,
  });
  const beginning = createBeginning(clock, () => partitions.places, hasItsTopics);
  const sessions = createMemberSessions({
    ...{ settings, memberId, clock, partitions, beginning, say, onFailure },
    open: async (address) => await openBroker(address, connectionOptions),
    loop: () => loop,
    onSettled: settle,
    onOutdated() {
      if (!isClosing) refresh.start();
    },
  });
  let topics: readonly string[] = [];
  /** Of these it had nothing when it subscribed to them. */
  let newTopics: readonly string[] = [];
  let membership: Membership | undefined;
  let starting: Promise<void> | undefined;
  let loop: MemberLoop | undefined;
  let failure: ShareConsumerError | undefined;
  let isClosing = false;
  /** The group gave this member a partition, so it has begun the state of those that there were by then. */
  let hasState = false;
  let letGo: (() => void) | undefined;

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
    if (takes !== undefined) partitions.assign(takenOf(response, takes));
  }

  function onFailure(cause: unknown, isFatal: boolean): void {
    const error = toConsumerError(cause);
    if (isClosing) return;
    host.onFailure(error);
    if (!isFatal) return;
    failure ??= error;
    joining.onFailed(error);
    beginning.end(error);
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
      sessions.spread();
      if (settings.takes !== undefined || partitions.areIncomplete) refresh.start();
      host.onAssigned();
    },
    onFenced() {
      if (settings.takes === undefined) partitions.assign([]);
      sessions.spread();
      host.onFenced();
    },
    onFailure,
  };

  async function start(): Promise<void> {
    letGo ??= ports.holdProcess?.();
    await learn();
    membership = startMembership({
      ...{ cluster, clock, groupId, memberId, rackId: settings.rackId, topics, retryDelayMs },
      host: membershipHost,
    });
  }

  /** Where the topics are. */
  async function learn(): Promise<void> {
    const { allowAutoTopicCreation } = settings;
    const response = await retry(clock, timeoutMs, async () => {
      if (isClosing) throw closedError();
      return await cluster.metadata(topics, { allowAutoTopicCreation });
    });
    if (isClosing) throw closedError();
    partitions.onMetadata(response);
  }

  /** A member need not get something of each topic; of those that have no partitions nobody does. */
  function hasItsTopics(): boolean {
    const awaited = newTopics.filter((topic) => settings.allowAutoTopicCreation || partitions.knows(topic));
    return awaited.length === 0 || [...partitions.places.values()].some(({ topic }) => awaited.includes(topic));
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
      const hasNone = partitions.places.size === 0;
      newTopics = wanted.filter((topic) => hasNone || !topics.includes(topic));
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
    async whenBegun() {
      if (failure !== undefined) throw failure;
      try {
        if (newTopics.some((topic) => !partitions.knows(topic))) await learn();
        const begun = beginning.wait(timeoutMs * BEGIN_PATIENCE);
        queueMicrotask(sessions.wake);
        await begun;
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
      beginning.end(closedError());
      settlements.forgetFailures();
      await end();
      if (membership !== undefined) host.onLeft();
      settlements.throwFailures();
    },
  };
}
