import { Consumer, findErrorBy, type GroupAssignment, MultipleErrors } from '@platformatic/kafka';
import { formatBrokerAddress } from '@sluice/client/broker-address';
import { ClientError } from '@sluice/client/client-error';
import { KafkaError } from '@sluice/client/kafka-error';
import type { TopicPartition } from '@sluice/client/topic-partition';
import type { Address } from '../../input/address.ts';
import { refusal } from '../explain-failure.ts';
import { rangeAssignor } from './range-assignor.ts';

/** Sooner than Kafka's default of 45 s: what a killed command held is soon read by another one. */
const SESSION_TIMEOUT_MS = 10_000;
const HEARTBEAT_INTERVAL_MS = 2_000;
/** How long others wait for a member that is told to rejoin, of which it learns with its next heartbeat. */
const REBALANCE_TIMEOUT_MS = 60_000;
const RETRY_DELAY_MS = 250;
/** Clients of all kinds offer one of these, so that their members and ours can be in one classic group. */
const ASSIGNORS = ['range', 'roundrobin'];

export type GroupProtocol = 'classic' | 'consumer';

export interface MembershipOptions {
  readonly bootstrap: readonly Address[];
  readonly clientId: string;
  readonly groupId: string;
  readonly protocol: GroupProtocol;
  readonly topics: readonly string[];
  readonly timeoutMs: number;
  /** Called when partitions are about to be taken away: the last moment to commit in their name. */
  readonly onRebalance: () => void;
  /** Called when it is worth while to look at the assignment again. */
  readonly onChange: () => void;
}

/** A member of a group. What it is assigned, somebody else has to read: see `read-assigned.ts`. */
export interface Membership {
  /**
   * The same object as long as nothing has changed; undefined while it is not known, as before it has joined. Throws
   * when joining was refused.
   */
  assignment(): readonly TopicPartition[] | undefined;
  /** Fails with `KafkaError` or `ClientError`. */
  commit(offsets: readonly (TopicPartition & { readonly offset: number })[]): Promise<void>;
  /** Leaves, so that the others need not wait for the session to time out. */
  leave(): Promise<void>;
}

/**
 * Joins a group by way of `@platformatic/kafka`: joining, heartbeats, assigning, committing and leaving are its part. Its
 * stream is never read from, so it fetches nothing.
 */
export function joinGroup(options: MembershipOptions): Membership {
  const { groupId, topics, onChange } = options;
  let isRebalancing = false;
  let isJoining = false;
  let isLeft = false;
  let failure: unknown;
  let seen: GroupAssignment[] | null = null;
  let assigned: readonly TopicPartition[] | undefined;
  let consumer = join();

  function join(): Consumer {
    isJoining = true;
    const joining = createConsumer(options);
    joining.on('consumer:group:rebalance', () => {
      isRebalancing = true;
      options.onRebalance();
      onChange();
    });
    // What ends the library's heartbeats: a rejoin that failed for as long as it tries.
    joining.on('error', () => rejoin(joining));
    joining.on('consumer:group:join', onChange);
    joining.on('consumer:heartbeat:end', onChange);
    joining.on('consumer:heartbeat:error', ({ error }) => {
      // The library would go on with the old member id for ever, in a group of the consumer protocol.
      if (options.protocol === 'consumer' && findErrorBy(error, 'apiId', 'UNKNOWN_MEMBER_ID') !== null) rejoin(joining);
    });
    joining
      .consume({ topics: [...topics], mode: 'committed', fallbackMode: 'earliest', autocommit: false })
      .then(() => {
        isJoining = false;
      })
      .catch((error: unknown) => {
        const cause = inClientTerms(error, groupId);
        failure ??= cause instanceof KafkaError ? refusal(`group ${groupId}`, cause) : cause;
      })
      .finally(onChange);
    return joining;
  }

  function rejoin(lost: Consumer): void {
    if (lost !== consumer || isJoining || isLeft) return;
    lost.close(true).catch(() => {});
    isRebalancing = true;
    consumer = join();
    onChange();
  }

  return {
    assignment() {
      if (failure !== undefined) throw failure;
      if (!isJoining && consumer.assignments !== seen) {
        seen = consumer.assignments;
        isRebalancing = false;
        assigned = seen?.flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition })));
      }
      return isRebalancing || isJoining ? undefined : assigned;
    },
    async commit(offsets) {
      try {
        await consumer.commit({
          offsets: offsets.map(({ topic, partition, offset }) => ({
            topic,
            partition,
            offset: BigInt(offset),
            leaderEpoch: -1,
          })),
        });
      } catch (error) {
        throw inClientTerms(error, groupId);
      }
    },
    async leave() {
      isLeft = true;
      await consumer.close(true).catch(() => {});
    },
  };
}

function createConsumer(options: MembershipOptions): Consumer {
  const common = {
    clientId: options.clientId,
    groupId: options.groupId,
    bootstrapBrokers: options.bootstrap.map(formatBrokerAddress),
    retryDelay: RETRY_DELAY_MS,
    retries: Math.ceil(options.timeoutMs / RETRY_DELAY_MS),
    connectTimeout: options.timeoutMs,
    autocommit: false,
    rebalanceTimeout: REBALANCE_TIMEOUT_MS,
  };
  if (options.protocol === 'consumer') return new Consumer({ ...common, groupProtocol: 'consumer' });
  return new Consumer({
    ...common,
    groupProtocol: 'classic',
    protocols: ASSIGNORS.map((name) => ({ name, version: 1 })),
    partitionAssigner: rangeAssignor,
    sessionTimeout: SESSION_TIMEOUT_MS,
    heartbeatInterval: HEARTBEAT_INTERVAL_MS,
  });
}

/** The library's errors as those that the other commands explain. */
function inClientTerms(error: unknown, groupId: string): unknown {
  if (!(error instanceof Error)) return error;
  const protocol = findErrorBy(error, 'code', 'PLT_KFK_PROTOCOL');
  if (protocol !== null) return new KafkaError(Number(protocol.apiCode), protocol.serverErrorMessage ?? null);
  const last = error instanceof MultipleErrors ? error.errors.at(-1) : error;
  const message = last instanceof Error ? last.message : error.message;
  return new ClientError('unreachable', '', `the coordinator of group ${groupId} cannot be reached: ${message}`, {
    cause: error,
  });
}
