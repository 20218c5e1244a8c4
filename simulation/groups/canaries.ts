import type { GroupEnvironment } from '@sluice/coordinator/group/group-environment';
import type { GroupShard } from '@sluice/coordinator/group/group-shard';
import type { Call } from './harness/api.ts';
import type { GroupEvent } from './harness/event.ts';
import { assignmentBlob, partitionsOfBlob } from './members/blobs.ts';
import type { GroupRule } from './rule.ts';
import { becomesStable } from './rules/becomes-stable.ts';
import { offsetsStay } from './rules/offsets-stay.ts';
import { oneOwner } from './rules/one-owner.ts';
import { staleIsRejected } from './rules/stale-is-rejected.ts';

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
  /** Must notice, else it proves nothing. */
  readonly rule: GroupRule;
  create(): Breakage;
}

export const GROUP_CANARIES: readonly GroupCanary[] = [
  { name: 'unchecked-generation', rule: staleIsRejected, create: uncheckedGeneration },
  { name: 'offsets-in-memory', rule: offsetsStay, create: offsetsInMemory },
  { name: 'endless-sessions', rule: becomesStable, create: endlessSessions },
  { name: 'shared-partitions', rule: oneOwner, create: sharedPartitions },
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

/** Commits are answered, and never reach the log. */
function offsetsInMemory(): Breakage {
  return {
    breakShard: (shard: GroupShard): GroupShard => ({
      ...shard,
      commitOffsets(request, context, now, pending) {
        const step = shard.commitOffsets(request, context, now, pending);
        for (const record of step.records) {
          shard.apply(record, {
            offset: 0,
            timestampMs: now,
            producerId: -1,
            producerEpoch: -1,
            isTransactional: false,
          });
        }
        return { ...step, records: [] };
      },
    }),
  };
}

/** Dead members of classic groups stay. */
function endlessSessions(): Breakage {
  return {
    breakEnvironment: ({ timers, ...environment }) => ({
      ...environment,
      timers: {
        ...timers,
        set(key, delayMs, action) {
          if (!key.startsWith('classic-session')) timers.set(key, delayMs, action);
        },
      },
    }),
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
