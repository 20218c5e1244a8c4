import { createInspection } from '../../crash/rule.ts';
import type { Call, Exchange } from '../harness/api.ts';
import type { GroupRule } from '../rule.ts';

/** What members of one classic group were told. */
interface Told {
  /** The highest generation that somebody joined. */
  generation: number;
  /** The highest one with an assignment: stored, so that no restart takes it back. */
  storedGeneration: number;
  /** Member ids that left, or whose instance has another one now. */
  readonly gone: Set<string>;
  readonly memberIdsByInstance: Map<string, string>;
}

/** A request that was sent as a member of a generation. */
interface Claim {
  readonly groupId: string;
  readonly memberId: string;
  readonly generation: number;
}

/**
 * A request that comes after somebody was told of a newer generation, or by a member that left or was replaced, must not
 * get an assignment or store an offset. A restart may take back what no assignment made durable.
 */
export const staleIsRejected: GroupRule = {
  row: 'I12',
  promise: 'what members of past generations write is rejected',
  inspect() {
    const { check, verdict } = createInspection();
    const groups = new Map<string, Told>();
    const stale = new Map<number, string>();

    function toldOf(groupId: string): Told {
      const known = groups.get(groupId);
      if (known !== undefined) return known;
      const told = { generation: -1, storedGeneration: -1, gone: new Set<string>(), memberIdsByInstance: new Map() };
      groups.set(groupId, told);
      return told;
    }

    function noteStale(id: number, call: Call): void {
      const claim = claimOf(call);
      if (claim === undefined || claim.generation < 0) return;
      const told = toldOf(claim.groupId);
      const why = `${call.api} of ${claim.memberId} in generation ${claim.generation}`;
      if (claim.generation < told.generation) stale.set(id, `${why}, after generation ${told.generation}`);
      else if (told.gone.has(claim.memberId)) stale.set(id, `${why}, which is gone`);
    }

    function learn(exchange: Exchange): void {
      const told = toldOf(exchange.request.groupId);
      if (exchange.api === 'join' && exchange.response.errorCode === 0) {
        const { groupInstanceId } = exchange.request;
        const { memberId, generationId = -1 } = exchange.response;
        told.generation = Math.max(told.generation, generationId);
        if (groupInstanceId === null) return;
        const before = told.memberIdsByInstance.get(groupInstanceId);
        if (before !== undefined && before !== memberId) told.gone.add(before);
        told.memberIdsByInstance.set(groupInstanceId, memberId);
      } else if (exchange.api === 'sync' && exchange.response.errorCode === 0) {
        told.storedGeneration = Math.max(told.storedGeneration, exchange.request.generationId);
      } else if (exchange.api === 'leave') {
        for (const { memberId, errorCode } of exchange.response.members ?? [])
          if (errorCode === 0) told.gone.add(memberId);
      }
    }

    return {
      see(event) {
        if (event.kind === 'asked') noteStale(event.id, event.call);
        else if (event.kind === 'answered') {
          const why = stale.get(event.id);
          stale.delete(event.id);
          if (why !== undefined) check(!wasAccepted(event.exchange), () => `accepted: ${why}`);
          learn(event.exchange);
        } else if (event.kind === 'restarted') {
          for (const told of groups.values()) {
            told.generation = told.storedGeneration;
            told.gone.clear();
            told.memberIdsByInstance.clear();
          }
        }
      },
      atRest() {},
      verdict,
    };
  },
};

function claimOf(call: Call): Claim | undefined {
  if (call.api === 'sync') {
    const { groupId, memberId, generationId } = call.request;
    return { groupId, memberId, generation: generationId };
  }
  if (call.api === 'commitOffsets') {
    const { groupId, memberId, generationIdOrMemberEpoch } = call.request;
    return { groupId, memberId, generation: generationIdOrMemberEpoch };
  }
  return undefined;
}

function wasAccepted(exchange: Exchange): boolean {
  if (exchange.api === 'sync') return exchange.response.errorCode === 0;
  if (exchange.api !== 'commitOffsets') return false;
  return exchange.response.topics.some(({ partitions }) => partitions.some(({ errorCode }) => errorCode === 0));
}
