import type { SimClock } from '@sluice/kernel/sim/clock';
import type { SimRandom } from '@sluice/kernel/sim/random';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { JoinGroupResponseInput } from '@sluice/protocol/generated/messages/join-group-response';
import type { SimNetwork } from '../harness/network.ts';
import { HEARTBEAT_INTERVAL_MS, REBALANCE_TIMEOUT_MS, SESSION_TIMEOUT_MS } from '../harness/settings.ts';
import type { SimTopics } from '../harness/topics.ts';
import { assignmentBlob, partitionsOfBlob, subscriptionBlob, topicsOfBlob } from './blobs.ts';
import { BACKOFF_MS, createMemberLife, TRY_AGAIN } from './member-life.ts';
import { createPositions } from './positions.ts';
import { assignRanges } from './range-assignment.ts';
import type { SimMember } from './sim-member.ts';

export interface ClassicMemberOptions {
  readonly name: string;
  readonly groupId: string;
  readonly groupInstanceId: string | null;
  /** Of JoinGroup. */
  readonly apiVersion: number;
  readonly topics: readonly string[];
  readonly clock: SimClock;
  readonly random: SimRandom;
  readonly network: SimNetwork;
  readonly cluster: SimTopics;
}

const COMMIT_CHANCE = 0.5;
const SYNC_VERSION = 5;
const COMMIT_VERSION = 8;

/** After these the member must begin anew under a new member id; after others it joins again under the old one. */
const LOST: readonly number[] = [ErrorCode.UNKNOWN_MEMBER_ID];

/** A consumer of the classic protocol, eager: it owns nothing while it joins. If it leads, it assigns ranges. */
export function createClassicMember(options: ClassicMemberOptions): SimMember {
  const { groupId, groupInstanceId, clock, random, network, cluster } = options;
  let subscription = options.topics;
  let memberId = '';
  let generation = -1;
  let owned: ReadonlySet<string> = new Set();
  let mustRejoin = false;
  const life = createMemberLife(clock);
  const { lives, pass } = life;
  const context = (apiVersion: number) => ({ apiVersion, clientId: options.name, clientHost: '/127.0.0.1' });
  const positions = createPositions(options.name, groupId, random);

  async function run(mine: number): Promise<void> {
    while (await lives(mine)) {
      const isIn = await join(mine);
      if (!(await lives(mine))) return;
      if (isIn) await consume(mine);
      else await pass(BACKOFF_MS);
    }
  }

  async function join(mine: number): Promise<boolean> {
    owned = new Set();
    mustRejoin = false;
    const request = {
      groupId,
      sessionTimeoutMs: SESSION_TIMEOUT_MS,
      rebalanceTimeoutMs: REBALANCE_TIMEOUT_MS,
      memberId,
      groupInstanceId,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: subscriptionBlob(subscription) }],
      reason: null,
    };
    const response = await network.ask('join', request, context(options.apiVersion));
    if (!(await lives(mine)) || response === undefined) return false;
    if (response.errorCode === ErrorCode.MEMBER_ID_REQUIRED) memberId = response.memberId;
    if (response.errorCode !== ErrorCode.NONE) return onError(response.errorCode);
    memberId = response.memberId;
    generation = response.generationId ?? -1;
    return sync(mine, response);
  }

  async function sync(mine: number, joined: JoinGroupResponseInput): Promise<boolean> {
    const isLeader = joined.leader === memberId && joined.skipAssignment !== true;
    const request = {
      groupId,
      generationId: generation,
      memberId,
      groupInstanceId,
      protocolType: 'consumer',
      protocolName: joined.protocolName,
      assignments: isLeader ? assign(joined.members) : [],
    };
    const response = await network.ask('sync', request, context(SYNC_VERSION));
    if (!(await lives(mine)) || response === undefined) return false;
    if (response.errorCode !== ErrorCode.NONE) return onError(response.errorCode);
    owned = new Set(partitionsOfBlob(response.assignment));
    const fetched = await network.ask('fetchOffsets', positions.fetchRequest(owned), context(COMMIT_VERSION));
    if (!(await lives(mine)) || fetched === undefined) return false;
    if ((fetched.errorCode ?? 0) !== ErrorCode.NONE) return false;
    positions.onFetched(fetched);
    return true;
  }

  function assign(members: JoinGroupResponseInput['members']) {
    const subscriptions = new Map(members.map((member) => [member.memberId, topicsOfBlob(member.metadata)]));
    const assigned = assignRanges(subscriptions, cluster.partitionCount);
    return [...assigned].map(([id, partitions]) => ({ memberId: id, assignment: assignmentBlob(partitions) }));
  }

  /** Polls until it must join again. */
  async function consume(mine: number): Promise<void> {
    while (!mustRejoin) {
      await pass(HEARTBEAT_INTERVAL_MS);
      if (!(await lives(mine))) return;
      if (random.chance(COMMIT_CHANCE) && owned.size > 0) await commit(mine);
      if (mustRejoin || !(await lives(mine))) return;
      const request = { groupId, generationId: generation, memberId, groupInstanceId };
      const response = await network.ask('heartbeat', request, context(4));
      if (!(await lives(mine))) return;
      if (response !== undefined && response.errorCode !== ErrorCode.NONE) onError(response.errorCode);
    }
  }

  async function commit(mine: number): Promise<void> {
    const request = positions.commitRequest(owned, { memberId, groupInstanceId, generation });
    const response = await network.ask('commitOffsets', request, context(COMMIT_VERSION));
    if (!(await lives(mine)) || response === undefined) return;
    const errorCode = response.topics[0]?.partitions[0]?.errorCode ?? ErrorCode.NONE;
    if (errorCode !== ErrorCode.NONE) onError(errorCode);
  }

  function onError(errorCode: number): false {
    if (TRY_AGAIN.includes(errorCode)) return false;
    if (LOST.includes(errorCode)) memberId = '';
    if (errorCode === ErrorCode.FENCED_INSTANCE_ID) end();
    mustRejoin = true;
    return false;
  }

  function end(): void {
    life.end();
    owned = new Set();
  }

  function start(): void {
    memberId = '';
    generation = -1;
    void run(life.begin());
  }

  start();
  return {
    groupId,
    name: options.name,
    groupInstanceId,
    get memberId() {
      return memberId;
    },
    get isAlive() {
      return life.isAlive;
    },
    get owned() {
      return owned;
    },
    get generation() {
      return generation;
    },
    get subscription() {
      return subscription;
    },
    crash: end,
    pause: life.pause,
    leave() {
      const members = [{ memberId, groupInstanceId, reason: null }];
      if (memberId !== '') void network.ask('leave', { groupId, memberId: '', members }, context(5));
      end();
    },
    subscribe(topics) {
      subscription = topics;
      mustRejoin = true;
    },
    restart: start,
  };
}
