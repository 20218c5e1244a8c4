import type { TopicsView } from '@sluice/coordinator/group/group-environment';
import type { SimRandom } from '@sluice/kernel/sim/random';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { namesOf, type PartitionKey } from '../consumer/partition-key.ts';
import type { SimNetwork } from '../harness/network.ts';
import { HEARTBEAT_INTERVAL_MS } from '../harness/settings.ts';
import type { MemberLife } from './member-life.ts';
import { createPositions } from './positions.ts';

const COMMIT_CHANCE = 0.7;
const OFFSETS_VERSION = 9;
const PAUSE_MS_MIN = 500;

/** Who consumes, as it is now. */
export interface ConsumingMember {
  readonly memberId: string;
  readonly epoch: number;
  readonly owned: ReadonlySet<PartitionKey>;
  /** Rises when the member loses all that it has. */
  readonly losses: number;
}

export interface ConsumptionOptions {
  readonly name: string;
  readonly groupId: string;
  readonly groupInstanceId: string | null;
  readonly random: SimRandom;
  readonly network: SimNetwork;
  readonly cluster: TopicsView;
  readonly life: MemberLife;
  member(): ConsumingMember;
}

/** What a member does with what it owns: it asks how far the group is, reads, and says how far it is. */
export interface Consumption {
  /** Settles with the commit that is under way. */
  readonly committing: Promise<void>;
  /** In a new life, from what the group knows. */
  begin(mine: number): void;
  /** Of other partitions the group is asked again when they come back. */
  keepOnly(owned: ReadonlySet<PartitionKey>): void;
}

export function createConsumption(options: ConsumptionOptions): Consumption {
  const { name, groupId, groupInstanceId, random, network, cluster, member } = options;
  const { lives, pass } = options.life;
  const context = { apiVersion: OFFSETS_VERSION, clientId: name, clientHost: '/127.0.0.1' };
  const fetched = new Set<PartitionKey>();
  let positions = createPositions(name, groupId, random);
  let committing: Promise<void> = Promise.resolve();

  async function consume(mine: number): Promise<void> {
    while (await lives(mine)) {
      await pass(PAUSE_MS_MIN + random.below(HEARTBEAT_INTERVAL_MS));
      if (!(await lives(mine))) return;
      const { owned } = member();
      if (owned.size === 0) continue;
      const missing = [...owned].filter((key) => !fetched.has(key));
      if (missing.length > 0) await fetch(mine, missing);
      else if (random.chance(COMMIT_CHANCE)) {
        committing = commit();
        await committing;
      }
    }
  }

  async function fetch(mine: number, keys: readonly PartitionKey[]): Promise<void> {
    const { memberId, epoch, losses } = member();
    const request = { ...positions.fetchRequest(namesOf(keys, cluster)), memberId, memberEpoch: epoch };
    const response = await network.ask('fetchOffsets', request, context);
    if (!(await lives(mine)) || losses !== member().losses) return;
    if (response === undefined || (response.errorCode ?? 0) !== ErrorCode.NONE) return;
    positions.onFetched(response);
    for (const key of keys) if (member().owned.has(key)) fetched.add(key);
  }

  async function commit(): Promise<void> {
    const { memberId, epoch, owned } = member();
    const request = positions.commitRequest(namesOf(owned, cluster), { memberId, groupInstanceId, generation: epoch });
    // Whatever the answer is, heartbeats tell the member what to do.
    await network.ask('commitOffsets', request, context);
  }

  return {
    get committing() {
      return committing;
    },
    begin(mine) {
      positions = createPositions(name, groupId, random);
      void consume(mine);
    },
    keepOnly(owned) {
      for (const key of fetched) if (!owned.has(key)) fetched.delete(key);
    },
  };
}
