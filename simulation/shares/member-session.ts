import type { Broker } from '@sluice/client/broker';
import type { PartitionData } from '@sluice/protocol/generated/messages/share-fetch-response';
import { isBatchError } from '@sluice/protocol/records/batch-error';
import { isControlBatch } from '@sluice/protocol/records/batch-header';
import { readRecords } from '@sluice/protocol/records/read-records';
import { walkBatches } from '@sluice/protocol/records/walk-batches';
import { acknowledgementsOf, type HeldOffset, heldKey, keyOf, type Said } from './held-records.ts';
import { recordOf } from './history.ts';
import { acknowledge, fetch, heartbeat, type MemberOf, type SharePlace } from './share-requests.ts';
import type { ShareWorld } from './world.ts';

/** One life of a share group's member on one connection: what it is told goes into the history. */
export interface MemberSession {
  readonly groupId: string;
  readonly held: Map<string, HeldOffset>;
  /** What was acknowledged last. */
  readonly lastSaid: readonly Said[];
  readonly isAssigned: boolean;
  /** False if it must begin anew. */
  heartbeat(): Promise<boolean>;
  /** False if it must begin anew. */
  fetch(options: {
    recordCountMax: number;
    isStrict: boolean;
    waitMs: number;
    said: readonly Said[];
  }): Promise<boolean>;
  acknowledge(said: readonly Said[]): Promise<boolean>;
  /** Ends the session, and the membership, as a consumer that is closed. */
  leave(said: readonly Said[]): Promise<void>;
  /** Whatever happens next, it holds nothing any more. */
  end(): void;
}

const EPOCH_FINAL = -1;
const LEAVING = -1;

export function openSession(world: ShareWorld, broker: Broker, member: MemberOf): MemberSession {
  const { machine, history } = world;
  const { groupId, memberId } = member;
  const now = () => machine.clock.monotonicMs();
  const held = new Map<string, HeldOffset>();
  let memberEpoch = 0;
  let assigned: readonly SharePlace[] = [];
  let inSession = new Set<string>();
  let sessionEpoch = 0;
  let isFetching = false;
  let lastSaid: readonly Said[] = [];

  function endHolding(): void {
    for (const [key, one] of held) {
      held.delete(key);
      world.held.delete(heldKey(groupId, one));
    }
    history.events.push({ kind: 'ended', member: memberId, atMs: now(), wasFetching: isFetching });
    isFetching = false;
    sessionEpoch = 0;
    inSession = new Set();
  }

  function topicOf(topicId: string): string {
    for (const [topic, id] of world.topicIds) if (id === topicId) return topic;
    return '?';
  }

  function noteSaid(said: readonly Said[], askedMs: number, codeOf: (place: SharePlace) => number | undefined): void {
    for (const { held: one, type } of said) {
      const code = codeOf(one);
      const record = heldKey(groupId, one);
      if (!one.isGap) {
        history.events.push({ kind: 'acked', record, member: memberId, type, askedMs, atMs: now(), code });
      }
      if (type === 'renew' && code === 0) continue;
      if (held.delete(record)) world.held.delete(record);
    }
    lastSaid = said;
  }

  function noteAcquired(topicId: string, data: PartitionData, askedMs: number): void {
    const values = valuesOf(data.records);
    const topic = topicOf(topicId);
    const { partitionIndex: partition } = data;
    for (const { firstOffset, lastOffset, deliveryCount } of data.acquiredRecords) {
      for (let offset = firstOffset; offset <= lastOffset; offset++) {
        const record = recordOf(groupId, topic, partition, offset);
        const value = values.get(offset);
        const one = { topicId, topic, partition, offset, isGap: value === undefined };
        held.set(record, one);
        world.held.set(record, one);
        if (value === undefined) continue;
        history.values.set(record, value);
        history.events.push({ kind: 'acquired', record, member: memberId, askedMs, atMs: now(), times: deliveryCount });
      }
    }
  }

  const session: MemberSession = {
    groupId,
    held,
    get lastSaid() {
      return lastSaid;
    },
    get isAssigned() {
      return assigned.length > 0;
    },
    async heartbeat() {
      const answer = await heartbeat(broker, member, memberEpoch);
      if (answer.errorCode !== 0) return false;
      memberEpoch = answer.memberEpoch;
      if (answer.assignment !== null) {
        assigned = answer.assignment.topicPartitions.flatMap(({ topicId, partitions }) =>
          partitions.map((partition) => ({ topicId, partition })),
        );
      }
      return true;
    },
    async fetch({ said, ...how }) {
      const places = assigned.filter((place) => !inSession.has(keyOf(place)));
      const askedMs = now();
      isFetching = true;
      let answer: Awaited<ReturnType<typeof fetch>>;
      try {
        const epoch = sessionEpoch;
        answer = await fetch(broker, member, { ...how, epoch, places, acknowledgements: acknowledgementsOf(said) });
      } catch (error) {
        noteSaid(said, askedMs, () => undefined);
        throw error;
      }
      isFetching = false;
      const found = new Map<string, PartitionData>();
      for (const { topicId, partitions } of answer.responses) {
        for (const data of partitions) found.set(keyOf({ topicId, partition: data.partitionIndex }), data);
      }
      noteSaid(said, askedMs, (place) =>
        answer.errorCode === 0 ? found.get(keyOf(place))?.acknowledgeErrorCode : answer.errorCode,
      );
      if (answer.errorCode !== 0) return false;
      sessionEpoch++;
      for (const place of places) inSession.add(keyOf(place));
      for (const { topicId, partitions } of answer.responses) {
        for (const data of partitions) noteAcquired(topicId, data, askedMs);
      }
      return true;
    },
    async acknowledge(said) {
      return sendAcknowledge(sessionEpoch, said);
    },
    async leave(said) {
      const hasSession = sessionEpoch > 0;
      // All is let go, whether it is named or not.
      endHolding();
      if (hasSession) await sendAcknowledge(EPOCH_FINAL, said);
      await heartbeat(broker, member, LEAVING);
    },
    end: endHolding,
  };

  async function sendAcknowledge(epoch: number, said: readonly Said[]): Promise<boolean> {
    const askedMs = now();
    let answer: Awaited<ReturnType<typeof acknowledge>>;
    try {
      answer = await acknowledge(broker, member, epoch, acknowledgementsOf(said));
    } catch (error) {
      noteSaid(said, askedMs, () => undefined);
      throw error;
    }
    const codes = new Map<string, number>();
    for (const { topicId, partitions } of answer.responses) {
      for (const { partitionIndex, errorCode } of partitions) {
        codes.set(keyOf({ topicId, partition: partitionIndex }), errorCode);
      }
    }
    noteSaid(said, askedMs, (place) => (answer.errorCode === 0 ? codes.get(keyOf(place)) : answer.errorCode));
    if (answer.errorCode !== 0) return false;
    sessionEpoch++;
    return true;
  }

  return session;
}

function valuesOf(records: Buffer): Map<number, string> {
  const values = new Map<number, string>();
  for (const batch of walkBatches(records)) {
    if (batch.kind !== 'batch' || isControlBatch(records, batch.position)) continue;
    const read = readRecords(records, batch.position);
    if (isBatchError(read)) throw new Error(read.message);
    for (const { offset, value } of read) values.set(offset, String(value));
  }
  return values;
}
