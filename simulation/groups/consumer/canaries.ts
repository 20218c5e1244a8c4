import type { GroupStep } from '@sluice/coordinator/group/group-parts';
import type { GroupRecord } from '@sluice/coordinator/group/group-record';
import type { GroupShard } from '@sluice/coordinator/group/group-shard';
import { offsetsInMemory, withoutTimers } from '../breakages.ts';
import type { Breakage, GroupCanary } from '../canaries.ts';
import { offsetsStay } from '../rules/offsets-stay.ts';
import { CONSUMER_PROMISES } from './promises.ts';

export const CONSUMER_CANARIES: readonly GroupCanary[] = [
  { name: 'unchecked-epoch', protocol: 'consumer', rule: { promise: CONSUMER_PROMISES.stale }, create: uncheckedEpoch },
  {
    name: 'unawaited-revocation',
    protocol: 'consumer',
    rule: { promise: CONSUMER_PROMISES.owners },
    create: unawaitedRevocation,
  },
  { name: 'greedy-target', protocol: 'consumer', rule: { promise: CONSUMER_PROMISES.target }, create: greedyTarget },
  {
    name: 'endless-consumer-sessions',
    protocol: 'consumer',
    rule: { promise: CONSUMER_PROMISES.rest },
    create: () => withoutTimers('consumer-session'),
  },
  { name: 'consumer-offsets-in-memory', protocol: 'consumer', rule: offsetsStay, create: offsetsInMemory },
];

/** Every heartbeat and commit of a member passes for one of its current epoch. */
function uncheckedEpoch(): Breakage {
  return {
    breakShard(shard: GroupShard): GroupShard {
      const epochs = new Map<string, number>();
      const current = (memberId: string, epoch: number) => (epoch > 0 ? (epochs.get(memberId) ?? epoch) : epoch);
      return {
        ...shard,
        apply(record, context) {
          shard.apply(record, context);
          if (record.type !== 'consumer-group-current-member-assignment') return;
          if (record.value === null) epochs.delete(record.key.memberId);
          else epochs.set(record.key.memberId, record.value.memberEpoch);
        },
        heartbeatOfConsumer(request, context, now, pending) {
          const memberEpoch = current(request.memberId, request.memberEpoch);
          return shard.heartbeatOfConsumer({ ...request, memberEpoch }, context, now, pending);
        },
        commitOffsets(request, context, now, pending) {
          const generationIdOrMemberEpoch = current(request.memberId, request.generationIdOrMemberEpoch);
          return shard.commitOffsets({ ...request, generationIdOrMemberEpoch }, context, now, pending);
        },
      };
    },
  };
}

/** What a member is to give up counts as given up at once. */
function unawaitedRevocation(): Breakage {
  return withRecords((record) => {
    if (record.type !== 'consumer-group-current-member-assignment' || record.value === null) return record;
    return { ...record, value: { ...record.value, partitionsPendingRevocation: [] } };
  });
}

/** The last member with a target gets partition 0 of all its topics, whoever else has it. */
function greedyTarget(): Breakage {
  return withRecords((record) => {
    if (record.type !== 'consumer-group-target-assignment-member' || record.value === null) return record;
    const topicPartitions = record.value.topicPartitions.map(({ topicId, partitions }) => ({
      topicId,
      partitions: [...new Set([0, ...partitions])],
    }));
    return { ...record, value: { ...record.value, topicPartitions } };
  });
}

/** Of heartbeats, and of what they put off. */
function withRecords(change: (record: GroupRecord) => GroupRecord): Breakage {
  const changed = (step: GroupStep): GroupStep => ({ ...step, records: step.records.map(change) });
  return {
    breakShard: (shard) => ({
      ...shard,
      heartbeatOfConsumer: (...parameters) => changed(shard.heartbeatOfConsumer(...parameters)),
    }),
    breakEnvironment: ({ putOff, ...environment }) => ({
      ...environment,
      putOff: (pending, decide) => putOff(pending, (now) => changed(decide(now))),
    }),
  };
}
