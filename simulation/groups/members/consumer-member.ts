import type { TopicsView } from '@sluice/coordinator/group/group-environment';
import type { SimClock } from '@sluice/kernel/sim/clock';
import type { SimRandom } from '@sluice/kernel/sim/random';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { ConsumerGroupHeartbeatRequest } from '@sluice/protocol/generated/messages/consumer-group-heartbeat-request';
import type { ConsumerGroupHeartbeatResponseInput } from '@sluice/protocol/generated/messages/consumer-group-heartbeat-response';
import { keysOf, namesOf, type PartitionKey, partitionsOfTopics } from '../consumer/partition-key.ts';
import type { SimNetwork } from '../harness/network.ts';
import { HEARTBEAT_INTERVAL_MS, REBALANCE_TIMEOUT_MS } from '../harness/settings.ts';
import { createConsumption } from './consumption.ts';
import { BACKOFF_MS, createMemberLife, TRY_AGAIN } from './member-life.ts';
import type { SimMember } from './sim-member.ts';

export interface ConsumerMemberOptions {
  readonly name: string;
  readonly groupId: string;
  readonly groupInstanceId: string | null;
  /** Of ConsumerGroupHeartbeat: 0 leaves the member's id to the coordinator. */
  readonly apiVersion: number;
  readonly topics: readonly string[];
  readonly regex: string | null;
  readonly serverAssignor: string | null;
  readonly clock: SimClock;
  readonly random: SimRandom;
  readonly network: SimNetwork;
  readonly cluster: TopicsView;
  /** Callbacks take no longer than they may. */
  isCalm(): boolean;
  /** An answer that no client expects. */
  onFault(fault: string): void;
}

export interface ConsumerMember extends SimMember {
  readonly ownedKeys: ReadonlySet<PartitionKey>;
  readonly regex: string | null;
  /** Nothing, if it speaks a version that does not know regular expressions. */
  subscribeTo(regex: string): void;
  /** Its connection broke: what it sent last, or was told, may be lost. */
  reconnect(): void;
}

/** A client gives up on a commit, and on the partitions that it should have given up before. */
const COMMIT_TIMEOUT_MS = 3000;
/** A callback mostly takes little; now and then it takes more than its member has. */
const SLOW_CALLBACK_CHANCE = 0.05;

/** The member has nothing any more, and joins again. */
const EXPELLED: readonly number[] = [
  ErrorCode.FENCED_MEMBER_EPOCH,
  ErrorCode.UNKNOWN_MEMBER_ID,
  ErrorCode.GROUP_ID_NOT_FOUND,
];

/** A consumer of the new protocol, as KIP-848 describes the client. */
export function createConsumerMember(options: ConsumerMemberOptions): ConsumerMember {
  const { groupId, groupInstanceId, clock, random, network, cluster } = options;
  const context = { apiVersion: options.apiVersion, clientId: options.name, clientHost: '/127.0.0.1' };
  let subscription = options.topics;
  let { regex } = options;
  let memberId = '';
  let epoch = 0;
  let owned = new Set<PartitionKey>();
  let target: ReadonlySet<PartitionKey> | undefined;
  /** What of the next request cannot be left out: the last one may not have arrived. */
  let isFull = true;
  /** The one that requests go over. */
  let connection = 0;
  let isSubscriptionNew = false;
  let isOwnedNew = false;
  /** The life whose reconciliation is under way. */
  let reconcilingLife = -1;
  /** Rises when the member loses all that it has. */
  let losses = 0;
  const life = createMemberLife(clock);
  const { lives, pass } = life;
  const consumption = createConsumption({ ...options, life, member: () => ({ memberId, epoch, owned, losses }) });
  let wake = () => {};

  /** KIP-848's first version of the API knew names only. */
  const hasRegexes = options.apiVersion >= 1;

  async function run(mine: number): Promise<void> {
    while (await lives(mine)) {
      const request = nextRequest();
      const asked = connection;
      const response = await network.ask('heartbeatOfConsumer', request, context);
      if (!(await lives(mine))) return;
      // Of a connection that broke meanwhile no answer arrives.
      if (response === undefined || asked !== connection || TRY_AGAIN.includes(response.errorCode ?? 0)) {
        isFull = true;
        await pass(BACKOFF_MS);
      } else if (!take(mine, request, response)) await pass(BACKOFF_MS);
      else if (!isOwnedNew && !isSubscriptionNew) await rest(response.heartbeatIntervalMs);
    }
  }

  /** Until the next heartbeat is due, or there is something to say. */
  function rest(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      wake = resolve;
      clock.setTimer(Math.max(1, Math.min(delayMs, HEARTBEAT_INTERVAL_MS)), resolve);
    });
  }

  function nextRequest(): ConsumerGroupHeartbeatRequest {
    const isEverything = isFull || epoch === 0;
    const request: ConsumerGroupHeartbeatRequest = {
      ...{ groupId, memberId, memberEpoch: epoch, instanceId: groupInstanceId },
      rackId: null,
      rebalanceTimeoutMs: isEverything ? REBALANCE_TIMEOUT_MS : -1,
      subscribedTopicNames: isEverything || isSubscriptionNew ? [...subscription] : null,
      subscribedTopicRegex: hasRegexes && (isEverything || isSubscriptionNew) ? (regex ?? '') : null,
      serverAssignor: isEverything ? options.serverAssignor : null,
      topicPartitions: isEverything || isOwnedNew ? partitionsOfTopics(owned) : null,
    };
    isOwnedNew = false;
    isSubscriptionNew = false;
    return request;
  }

  /** False: try again a little later. */
  function take(
    mine: number,
    request: ConsumerGroupHeartbeatRequest,
    response: ConsumerGroupHeartbeatResponseInput,
  ): boolean {
    const errorCode = response.errorCode ?? ErrorCode.NONE;
    if (errorCode === ErrorCode.NONE) {
      isFull = false;
      memberId = response.memberId ?? memberId;
      epoch = response.memberEpoch;
      const { assignment = null } = response;
      if (assignment !== null) target = new Set(keysOf(assignment.topicPartitions));
      if (target !== undefined && reconcilingLife !== mine) void reconcile(mine);
      return true;
    }
    if (errorCode === ErrorCode.FENCED_INSTANCE_ID) end();
    else if (EXPELLED.includes(errorCode)) lose();
    else if (errorCode === ErrorCode.UNRELEASED_INSTANCE_ID) isFull = true;
    else options.onFault(`${options.name} was told ${errorCode} for ${JSON.stringify(request)}`);
    return false;
  }

  function lose(): void {
    owned = new Set();
    consumption.keepOnly(owned);
    target = undefined;
    epoch = 0;
    isFull = true;
    losses++;
  }

  /** Gives up what it should not have, says so, and takes the rest. */
  async function reconcile(mine: number): Promise<void> {
    reconcilingLife = mine;
    try {
      for (let goal = target; goal !== undefined; goal = target === goal ? undefined : target) {
        const before = losses;
        const wanted = goal;
        if ([...owned].some((key) => !wanted.has(key))) {
          await callBack();
          await Promise.race([consumption.committing, pass(COMMIT_TIMEOUT_MS)]);
          if (!(await lives(mine))) return;
          if (losses !== before) continue;
        } else if (owned.size === wanted.size) continue;
        owned = new Set(wanted);
        consumption.keepOnly(owned);
        isOwnedNew = true;
        wake();
      }
    } finally {
      if (reconcilingLife === mine) reconcilingLife = -1;
    }
  }

  /** However slow it was: no slower than it may be once it is calm. */
  async function callBack(): Promise<void> {
    const endMs = clock.monotonicMs() + callbackMs();
    for (let leftMs = endMs - clock.monotonicMs(); leftMs > 0; leftMs = endMs - clock.monotonicMs()) {
      await pass(Math.min(leftMs, HEARTBEAT_INTERVAL_MS));
      if (options.isCalm()) return;
    }
  }

  function callbackMs(): number {
    return random.below(
      !options.isCalm() && random.chance(SLOW_CALLBACK_CHANCE) ? 2 * REBALANCE_TIMEOUT_MS : HEARTBEAT_INTERVAL_MS,
    );
  }

  function end(): void {
    life.end();
    lose();
  }

  function start(): void {
    const mine = life.begin();
    lose();
    // A process that starts again makes itself a new id; one that only forgot its epoch does not.
    if (memberId === '' || random.chance(0.7)) memberId = options.apiVersion === 0 ? '' : random.uuid();
    void run(mine);
    consumption.begin(mine);
  }

  start();
  return {
    groupId,
    name: options.name,
    groupInstanceId,
    get memberId() {
      return memberId;
    },
    get ownedKeys() {
      return owned;
    },
    get regex() {
      return regex;
    },
    get isAlive() {
      return life.isAlive;
    },
    get owned() {
      return new Set(namesOf(owned, cluster));
    },
    get generation() {
      return epoch;
    },
    get subscription() {
      return subscription;
    },
    crash: end,
    pause: life.pause,
    leave() {
      const isAbsence = groupInstanceId !== null && random.chance(0.6);
      const request = { ...nextRequest(), memberEpoch: isAbsence ? -2 : -1 };
      if (epoch > 0) void network.ask('heartbeatOfConsumer', request, context);
      end();
    },
    subscribe(topics) {
      subscription = topics;
      regex = null;
      isSubscriptionNew = true;
      wake();
    },
    subscribeTo(pattern) {
      if (!hasRegexes) return;
      subscription = [];
      regex = pattern;
      isSubscriptionNew = true;
      wake();
    },
    reconnect() {
      connection++;
      isFull = true;
    },
    restart: start,
  };
}
