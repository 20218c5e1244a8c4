import type { GroupShard } from '@sluice/coordinator/group/group-shard';
import type { Call } from './harness/api.ts';
import type { GroupEvent } from './harness/event.ts';

/** A coordinator that is broken on purpose. The rule must notice, else it proves nothing. */
export interface GroupCanary {
  readonly name: string;
  /** The promise that must be seen broken. */
  readonly row: string;
  /** Parts of one run. */
  create(): {
    breakShard?(shard: GroupShard): GroupShard;
    breakCall?(call: Call): Call;
    see?(event: GroupEvent): void;
  };
}

export const GROUP_CANARIES: readonly GroupCanary[] = [
  { name: 'unchecked-generation', row: 'I12', create: uncheckedGeneration },
  { name: 'offsets-in-memory', row: 'I11', create: offsetsInMemory },
];

/** Every request passes for one of the current generation. */
function uncheckedGeneration() {
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
function offsetsInMemory() {
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
