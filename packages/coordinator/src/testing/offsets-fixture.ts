import assert from 'node:assert/strict';
import { silentLogger } from '@sluice/kernel/logger';
import { createSimClock, type SimClock } from '@sluice/kernel/sim/clock';
import { createSimRandom } from '@sluice/kernel/sim/random';
import type { OffsetCommitResponseInput } from '@sluice/protocol/generated/messages/offset-commit-response';
import type { OffsetDeleteResponseInput } from '@sluice/protocol/generated/messages/offset-delete-response';
import type { OffsetFetchRequestGroupInput } from '@sluice/protocol/generated/messages/offset-fetch-request';
import type { OffsetFetchResponseGroupInput } from '@sluice/protocol/generated/messages/offset-fetch-response';
import { ClassicGroup } from '../group/classic/classic-group.ts';
import type { Group, GroupTable } from '../group/group.ts';
import type { GroupSettings, TopicsView } from '../group/group-environment.ts';
import type { GroupOffsets } from '../group/group-parts.ts';
import type { GroupRecord } from '../group/group-record.ts';
import { groupRecordSerde } from '../group/group-record-serde.ts';
import { createGroupTable } from '../group/group-table.ts';
import { createHeldMetadata } from '../group/held-metadata.ts';
import { createGroupOffsets } from '../group/offsets/group-offsets.ts';
import type { Pending, Step } from '../runtime/coordinator-shard.ts';
import { createShardTimers } from '../runtime/shard-timers.ts';
import { testGroupSettings } from './group-settings.ts';
import { createPerformer } from './perform-steps.ts';

export const GROUP_ID = 'group';
export const ORDERS_ID = 'AAAAAAAAAAAAAAAAAAAAAQ';
export const PAYMENTS_ID = 'AAAAAAAAAAAAAAAAAAAAAg';

export interface CommitInput {
  readonly groupId?: string;
  readonly memberId?: string;
  readonly groupInstanceId?: string | null;
  readonly generation?: number;
  readonly retentionTimeMs?: number;
  readonly topic?: string;
  readonly topicId?: string;
  /** Offsets by partition. */
  readonly offsets?: Readonly<Record<number, number>>;
  readonly leaderEpoch?: number;
  readonly metadata?: string | null;
}

export interface OffsetsFixture {
  readonly clock: SimClock;
  readonly offsets: GroupOffsets;
  readonly table: GroupTable;
  /** All that were written, as they read back. */
  readonly records: GroupRecord[];
  /** By name; a test may change them. */
  readonly topicIds: Map<string, string>;
  commit(input?: CommitInput, apiVersion?: number): OffsetCommitResponseInput;
  /** The error code of each partition. */
  commitErrors(input?: CommitInput, apiVersion?: number): number[];
  /** As old versions wrote them. */
  commitWithoutTopicId(input: Pick<CommitInput, 'offsets'>): void;
  /** Within a transaction. */
  commitIn(producerId: number, partition: number, offset: number): void;
  fetch(request?: Partial<OffsetFetchRequestGroupInput>, options?: FetchOptions): OffsetFetchResponseGroupInput;
  /** The offset of `orders`, −1 for none, or a negative error code. */
  offsetOf(partition: number, options?: FetchOptions): number;
  delete(topics: Readonly<Record<string, readonly number[]>>, groupId?: string): OffsetDeleteResponseInput;
  perform(step: Step<GroupRecord>): void;
  /** The same records in a new shard, as after a restart. */
  restart(): OffsetsFixture;
}

export interface FetchOptions {
  readonly requireStable?: boolean;
  readonly apiVersion?: number;
  readonly groupId?: string;
}

export interface OffsetsFixtureOptions {
  readonly groups?: readonly Group[];
  readonly settings?: Partial<GroupSettings['offsets']>;
  readonly records?: readonly GroupRecord[];
  readonly clock?: SimClock;
  readonly topicIds?: Map<string, string>;
}

/** Offsets on the simulated clock. What is decided is applied and answered at once, as if committed. */
export function createOffsetsFixture(options: OffsetsFixtureOptions = {}): OffsetsFixture {
  const clock = options.clock ?? createSimClock();
  const topicIds =
    options.topicIds ??
    new Map([
      ['orders', ORDERS_ID],
      ['payments', PAYMENTS_ID],
    ]);
  const table = createGroupTable();
  for (const group of options.groups ?? []) table.set(group);
  const { perform, putOff } = createPerformer(clock.now, (record) => apply(record));
  const timers = createShardTimers<GroupRecord>(clock, (action) => {
    perform(action(clock.now()));
    return true;
  });
  const settings = testGroupSettings();
  const environment = {
    topics: topicsOf(topicIds),
    settings: { ...settings, offsets: { ...settings.offsets, ...options.settings } },
    timers,
    putOff,
    heldMetadata: createHeldMetadata(silentLogger).ofShard(),
    random: createSimRandom(1),
    logger: silentLogger,
  };
  const offsets = createGroupOffsets(environment, table, (groupId, now) => new ClassicGroup(groupId, now));
  const records: GroupRecord[] = [];

  function apply(record: GroupRecord, producerId = -1): void {
    const { key, value } = groupRecordSerde.encode(record);
    const read = groupRecordSerde.decode(key, value);
    assert(read !== undefined);
    records.push(read);
    const context = { offset: records.length - 1, timestampMs: clock.now(), producerId, producerEpoch: 0 };
    if (read.type === 'group-metadata') table.delete(read.key.group);
    else if (read.type === 'offset-commit') offsets.apply(read, { ...context, isTransactional: producerId !== -1 });
    else assert.fail(read.type);
  }

  for (const record of options.records ?? []) apply(record);
  perform(offsets.onLoaded(clock.now()));

  const fixture: OffsetsFixture = {
    clock,
    offsets,
    table,
    records,
    topicIds,
    commit(input = {}, apiVersion = 9) {
      const name = input.topic ?? 'orders';
      const { leaderEpoch: committedLeaderEpoch = -1, metadata: committedMetadata = '' } = input;
      const partitions = Object.entries(input.offsets ?? { 0: 1 }).map(([partition, committedOffset]) => {
        return { partitionIndex: Number(partition), committedOffset, committedLeaderEpoch, committedMetadata };
      });
      const request = {
        groupId: input.groupId ?? GROUP_ID,
        generationIdOrMemberEpoch: input.generation ?? -1,
        memberId: input.memberId ?? '',
        groupInstanceId: input.groupInstanceId ?? null,
        retentionTimeMs: input.retentionTimeMs ?? -1,
        topics: [{ name, topicId: input.topicId ?? topicIds.get(name) ?? '', partitions }],
      };
      return answered((pending) => offsets.commit(request, contextOf(apiVersion), clock.now(), pending));
    },
    commitErrors: (input, apiVersion) => errorsOf(fixture.commit(input, apiVersion)),
    commitWithoutTopicId(input) {
      const id = topicIds.get('orders') ?? '';
      topicIds.delete('orders');
      fixture.commit({ ...input, topicId: 'AAAAAAAAAAAAAAAAAAAAAA' });
      topicIds.set('orders', id);
    },
    commitIn(producerId, partition, offset) {
      const key = { group: GROUP_ID, topic: 'orders', partition };
      const value = { offset, metadata: '', commitTimestamp: clock.now(), topicId: ORDERS_ID };
      apply({ type: 'offset-commit', key, value }, producerId);
    },
    fetch(request = {}, { requireStable = false, apiVersion = 9, groupId = GROUP_ID } = {}) {
      const topics = request.topics?.map(({ name = '', topicId = 'AAAAAAAAAAAAAAAAAAAAAA', partitionIndexes }) => {
        return { name, topicId, partitionIndexes: [...partitionIndexes] };
      });
      const full = { groupId, memberId: null, memberEpoch: -1, ...request, topics: topics ?? null };
      const { unknownTaggedFields: _, ...known } = full;
      return answered((pending) => offsets.fetch(known, requireStable, contextOf(apiVersion), pending));
    },
    offsetOf(partition, fetchOptions) {
      const { topics } = fixture.fetch({ topics: [{ name: 'orders', partitionIndexes: [partition] }] }, fetchOptions);
      const answer = topics[0]?.partitions[0];
      assert(answer !== undefined);
      return answer.errorCode === 0 ? answer.committedOffset : -answer.errorCode;
    },
    delete(topics, groupId = GROUP_ID) {
      const request = {
        groupId,
        topics: Object.entries(topics).map(([name, partitions]) => {
          return { name, partitions: partitions.map((partitionIndex) => ({ partitionIndex })) };
        }),
      };
      return answered((pending) => offsets.delete(request, pending));
    },
    perform,
    restart() {
      timers.close();
      return createOffsetsFixture({ ...options, clock, records, topicIds });
    },
  };

  function answered<T>(decide: (pending: Pending<T>) => Step<GroupRecord>): T {
    let answer: { response: T } | undefined;
    const step = decide({
      answer(response) {
        assert(answer === undefined, 'a request is answered once');
        answer = { response };
      },
      fail: (errorCode) => assert.fail(`failed with ${errorCode}`),
    });
    perform(step);
    assert(answer !== undefined, 'answered at once');
    return answer.response;
  }

  return fixture;
}

export function errorsOf({ topics }: OffsetCommitResponseInput): number[] {
  return topics.flatMap(({ partitions }) => partitions.map(({ errorCode }) => errorCode));
}

/** A group with members, that lets everything pass but what a test says otherwise. */
export function groupWith(overrides: Partial<Group> = {}): Group {
  return {
    groupId: GROUP_ID,
    type: 'consumer',
    protocolType: 'consumer',
    stateName: 'Stable',
    isEmpty: false,
    offsetCommitError: () => 0,
    offsetFetchError: () => 0,
    offsetDeleteError: () => 0,
    deleteError: () => 0,
    isSubscribedTo: () => false,
    offsetExpiry: () => ({ baseTimestampMs: (commitTimestampMs) => commitTimestampMs }),
    tombstones: () => [{ type: 'group-metadata', key: { group: GROUP_ID }, value: null }],
    ...overrides,
  };
}

function contextOf(apiVersion: number) {
  return { apiVersion, clientId: 'client', clientHost: '/127.0.0.1' };
}

function topicsOf(topicIds: ReadonlyMap<string, string>): TopicsView {
  const view = (name: string, id: string) => ({ name, id, partitionCount: 12, racks: () => [] });
  return {
    byName(name) {
      const id = topicIds.get(name);
      return id === undefined ? undefined : view(name, id);
    },
    byId(id) {
      const found = [...topicIds].find((entry) => entry[1] === id);
      return found && view(found[0], id);
    },
    names: () => topicIds.keys(),
    version: 0,
  };
}
