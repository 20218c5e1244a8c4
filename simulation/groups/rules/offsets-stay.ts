import { ErrorCode } from '@sluice/protocol/generated/errors';
import { createInspection } from '../../crash/rule.ts';
import type { Apis } from '../harness/api.ts';
import type { GroupRule } from '../rule.ts';

interface Commit {
  /** Of the request; of a deletion that of the last one before. */
  readonly id: number;
  readonly offset: number;
  readonly metadata: string;
}

const NOTHING: Commit = { id: -1, offset: -1, metadata: '' };

/** These leave it open whether the commit was stored. */
const AMBIGUOUS: readonly number[] = [
  ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
  ErrorCode.COORDINATOR_NOT_AVAILABLE,
  ErrorCode.NOT_COORDINATOR,
  ErrorCode.UNKNOWN_SERVER_ERROR,
];

/** The coordinator takes requests one by one: what is fetched is the last commit that it took before, and at least the last one that it acknowledged. */
export const offsetsStay: GroupRule = {
  row: 'I11',
  promise: 'committed offsets never go back or vanish',
  inspect() {
    const { check, verdict } = createInspection();
    /** What may be stored, the last one that certainly is or was first. */
    const candidates = new Map<string, readonly Commit[]>();
    const fetches = new Map<number, Map<string, readonly Commit[]>>();
    let lastId = -1;
    const of = (key: string) => candidates.get(key) ?? [NOTHING];

    function onCommitAsked(id: number, request: Apis['commitOffsets']['request']): void {
      for (const { name, partitions } of request.topics) {
        for (const { partitionIndex, committedOffset, committedMetadata } of partitions) {
          const key = `${request.groupId} ${name}-${partitionIndex}`;
          candidates.set(key, [...of(key), { id, offset: committedOffset, metadata: committedMetadata ?? '' }]);
        }
      }
    }

    function onCommitted(id: number, groupId: string, response: Apis['commitOffsets']['response']): void {
      for (const { name, partitions } of response.topics) {
        for (const { partitionIndex, errorCode } of partitions) {
          const key = `${groupId} ${name}-${partitionIndex}`;
          if (AMBIGUOUS.includes(errorCode)) continue;
          const isRelevant =
            errorCode === 0 ? (commit: Commit) => commit.id >= id : (commit: Commit) => commit.id !== id;
          candidates.set(key, of(key).filter(isRelevant));
        }
      }
    }

    function onFetchAsked(id: number, { groupId, topics }: Apis['fetchOffsets']['request']): void {
      const asked = new Map<string, readonly Commit[]>();
      for (const { name, partitionIndexes } of topics ?? []) {
        for (const partition of partitionIndexes) {
          const key = `${groupId} ${name}-${partition}`;
          asked.set(key, of(key));
        }
      }
      fetches.set(id, asked);
    }

    function onFetched(id: number, groupId: string, response: Apis['fetchOffsets']['response']): void {
      const asked = fetches.get(id);
      fetches.delete(id);
      if ((response.errorCode ?? 0) !== 0) return;
      for (const { name, partitions } of response.topics) {
        for (const { partitionIndex, committedOffset, metadata } of partitions) {
          const key = `${groupId} ${name}-${partitionIndex}`;
          const possible = asked?.get(key) ?? [];
          const isOne = possible.some((each) => each.offset === committedOffset && each.metadata === (metadata ?? ''));
          check(isOne, () => `${key}: ${committedOffset} "${metadata}" instead of ${JSON.stringify(possible)}`);
        }
      }
    }

    function onDeleted(topics: readonly string[]): void {
      for (const [key, commits] of candidates) {
        const name = key.slice(key.indexOf(' ') + 1, key.lastIndexOf('-'));
        // Commits that are under way may be answered after it, and do not undo it.
        if (topics.includes(name)) candidates.set(key, [...commits, { ...NOTHING, id: lastId + 0.5 }]);
      }
    }

    return {
      see(event) {
        if (event.kind === 'topics deleted') onDeleted(event.topics);
        if (event.kind === 'asked') {
          lastId = event.id;
          const { call } = event;
          if (call.api === 'commitOffsets') onCommitAsked(event.id, call.request);
          if (call.api === 'fetchOffsets') onFetchAsked(event.id, call.request);
        } else if (event.kind === 'answered') {
          const { exchange } = event;
          if (exchange.api === 'commitOffsets') onCommitted(event.id, exchange.request.groupId, exchange.response);
          if (exchange.api === 'fetchOffsets') onFetched(event.id, exchange.request.groupId, exchange.response);
        }
      },
      atRest() {},
      verdict,
    };
  },
};
