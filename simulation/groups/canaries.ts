import type { GroupEnvironment } from '@sluice/coordinator/group/group-environment';
import type { GroupShard } from '@sluice/coordinator/group/group-shard';
import { offsetsInMemory, withoutTimers } from './breakages.ts';
import { CONSUMER_CANARIES } from './consumer/canaries.ts';
import type { Call } from './harness/api.ts';
import type { GroupEvent } from './harness/event.ts';
import { assignmentBlob, partitionsOfBlob } from './members/blobs.ts';
import type { GroupRule } from './rule.ts';
import { becomesStable } from './rules/becomes-stable.ts';
import { offsetsStay } from './rules/offsets-stay.ts';
import { oneOwner } from './rules/one-owner.ts';
import { staleIsRejected } from './rules/stale-is-rejected.ts';
import type { GroupProtocol } from './run-seeds.ts';

/** What breaks in one run. */
export interface Breakage {
  breakEnvironment?(environment: GroupEnvironment): GroupEnvironment;
  breakShard?(shard: GroupShard): GroupShard;
  breakCall?(call: Call): Call;
  see?(event: GroupEvent): void;
}

/** A coordinator that is broken on purpose. */
export interface GroupCanary {
  readonly name: string;
  readonly protocol: GroupProtocol;
  /** Must notice, else it proves nothing. */
  readonly rule: Pick<GroupRule, 'promise'>;
  create(): Breakage;
}

export const GROUP_CANARIES: readonly GroupCanary[] = [
  { name: 'unchecked-generation', protocol: 'classic', rule: staleIsRejected, create: uncheckedGeneration },
  { name: 'offsets-in-memory', protocol: 'classic', rule: offsetsStay, create: offsetsInMemory },
  {
    name: 'endless-sessions',
    protocol: 'classic',
    rule: becomesStable,
    create: () => withoutTimers('classic-session'),
  },
  { name: 'shared-partitions', protocol: 'classic', rule: oneOwner, create: sharedPartitions },
  ...CONSUMER_CANARIES,
];

/** Every request passes for one of the current generation. */
function uncheckedGeneration(): Breakage {
  const generations = new Map<string, number>();
  return {
    see(event: GroupEvent): void {
      if (event.kind !== 'answered' || event.exchange.api !== 'join' || event.exchange.response.errorCode !== 0) return;
      generations.set(event.exchange.request.groupId, event.exchange.response.generationId ?? -1);
    },
    breakCall(call: Call): Call {
      const generation = generations.get(call.request.groupId);
      if (generation === undefined) return call;
      if (call.api === 'sync') return { ...call, request: { ...call.request, generationId: generation } };
      if (call.api === 'commitOffsets') {
        return { ...call, request: { ...call.request, generationIdOrMemberEpoch: generation } };
      }
      return call;
    },
  };
}

/** Every member is assigned what belongs to all. */
function sharedPartitions(): Breakage {
  return {
    breakCall(call) {
      if (call.api !== 'sync' || call.request.assignments.length === 0) return call;
      const all = call.request.assignments.flatMap(({ assignment }) => partitionsOfBlob(assignment));
      const assignments = call.request.assignments.map((each) => ({ ...each, assignment: assignmentBlob(all) }));
      return { ...call, request: { ...call.request, assignments } };
    },
  };
}
