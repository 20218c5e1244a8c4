import assert from 'node:assert/strict';
import { silentLogger } from '@sluice/kernel/logger';
import { createSimClock, type SimClock } from '@sluice/kernel/sim/clock';
import { createSimRandom } from '@sluice/kernel/sim/random';
import type { HeartbeatRequest } from '@sluice/protocol/generated/messages/heartbeat-request';
import type { JoinGroupRequest } from '@sluice/protocol/generated/messages/join-group-request';
import type { JoinGroupResponseInput } from '@sluice/protocol/generated/messages/join-group-response';
import type { LeaveGroupRequestInput } from '@sluice/protocol/generated/messages/leave-group-request';
import type { LeaveGroupResponseInput } from '@sluice/protocol/generated/messages/leave-group-response';
import type { SyncGroupRequest } from '@sluice/protocol/generated/messages/sync-group-request';
import type { SyncGroupResponseInput } from '@sluice/protocol/generated/messages/sync-group-response';
import { ClassicGroup } from '../group/classic/classic-group.ts';
import { createClassicGroups } from '../group/classic/classic-groups.ts';
import type { GroupTable } from '../group/group.ts';
import type { GroupSettings } from '../group/group-environment.ts';
import type { ClassicGroups } from '../group/group-parts.ts';
import type { GroupRecord } from '../group/group-record.ts';
import { groupRecordSerde } from '../group/group-record-serde.ts';
import { createGroupTable } from '../group/group-table.ts';
import { createHeldMetadata, type HeldMetadata } from '../group/held-metadata.ts';
import type { Step } from '../runtime/coordinator-shard.ts';
import { createShardTimers } from '../runtime/shard-timers.ts';
import { type Asked, answered, ask } from './asked.ts';
import { GROUP_ID, heartbeatRequest, joinRequest, leavers, syncRequest } from './classic-requests.ts';
import { noTopics, testGroupSettings } from './group-settings.ts';
import { createPerformer } from './perform-steps.ts';

export interface ClassicFixture {
  readonly clock: SimClock;
  readonly groups: ClassicGroups;
  readonly table: GroupTable;
  /** All that were written, as they read back. */
  readonly records: GroupRecord[];
  join(request?: Partial<JoinGroupRequest>, apiVersion?: number, clientId?: string): Asked<JoinGroupResponseInput>;
  sync(request: Partial<SyncGroupRequest>): Asked<SyncGroupResponseInput>;
  /** The error code. */
  heartbeat(request: Partial<HeartbeatRequest>): number;
  leave(request: Partial<LeaveGroupRequestInput>, apiVersion?: number): LeaveGroupResponseInput;
  group(groupId?: string): ClassicGroup;
  perform(step: Step<GroupRecord>): void;
  /** The same records in a new shard, as after a restart. */
  restart(): ClassicFixture;
}

export interface ClassicFixtureOptions {
  readonly settings?: Partial<GroupSettings['classic']>;
  readonly records?: readonly GroupRecord[];
  readonly clock?: SimClock;
  readonly heldMetadata?: HeldMetadata;
}

export const SESSION_TIMEOUT_MS = 10_000;

/** Classic groups on the simulated clock. What is decided is applied and answered at once, as if committed. */
export function createClassicFixture(options: ClassicFixtureOptions = {}): ClassicFixture {
  const { clock = createSimClock(), settings } = options;
  const table = createGroupTable();
  const { perform, putOff } = createPerformer(clock.now, (record) => apply(record));
  const timers = createShardTimers<GroupRecord>(clock, (action) => {
    perform(action(clock.now()));
    return true;
  });
  const environment = {
    topics: noTopics,
    settings: testGroupSettings(settings),
    timers,
    putOff,
    heldMetadata: options.heldMetadata ?? createHeldMetadata(silentLogger).ofShard(),
    random: createSimRandom(options.records?.length ?? 0),
    logger: silentLogger,
  };
  const groups = createClassicGroups(environment, table);
  const records: GroupRecord[] = [];

  function apply(record: GroupRecord): void {
    const { key, value } = groupRecordSerde.encode(record);
    const read = groupRecordSerde.decode(key, value);
    assert(read?.type === 'group-metadata');
    records.push(read);
    const context = { offset: records.length - 1, timestampMs: clock.now() };
    groups.apply(read, { ...context, producerId: -1, producerEpoch: -1, isTransactional: false });
  }

  for (const record of options.records ?? []) apply(record);
  perform(groups.onLoaded(clock.now()));

  const fixture: ClassicFixture = {
    clock,
    groups,
    table,
    records,
    join(request = {}, apiVersion = 3, clientId = 'client') {
      const { asked, pending } = ask<JoinGroupResponseInput>();
      perform(
        groups.join(joinRequest(request, SESSION_TIMEOUT_MS), contextOf(apiVersion, clientId), clock.now(), pending),
      );
      return asked;
    },
    sync(request) {
      const { asked, pending } = ask<SyncGroupResponseInput>();
      perform(groups.sync(syncRequest(request), contextOf(5), clock.now(), pending));
      return asked;
    },
    heartbeat(request) {
      const { asked, pending } = ask<{ errorCode: number }>();
      perform(groups.heartbeat(heartbeatRequest(request), contextOf(4), clock.now(), pending));
      return answered(asked).errorCode;
    },
    leave(request, apiVersion = 5) {
      const { asked, pending } = ask<LeaveGroupResponseInput>();
      const members = leavers(request.members ?? []);
      const full = { groupId: request.groupId ?? GROUP_ID, memberId: request.memberId ?? '', members };
      perform(groups.leave(full, contextOf(apiVersion), clock.now(), pending));
      return answered(asked);
    },
    group(groupId = GROUP_ID) {
      const group = table.get(groupId);
      assert(group instanceof ClassicGroup);
      return group;
    },
    perform,
    restart() {
      timers.close();
      return createClassicFixture({ ...options, clock, records });
    },
  };
  return fixture;
}

function contextOf(apiVersion: number, clientId = 'client') {
  return { apiVersion, clientId, clientHost: '/127.0.0.1' };
}
