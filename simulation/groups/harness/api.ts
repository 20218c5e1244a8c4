import type { GroupCoordinator } from '@sluice/coordinator/group/group-coordinator';
import type { RequestContext } from '@sluice/coordinator/group/group-environment';
import type { ConsumerGroupHeartbeatRequest } from '@sluice/protocol/generated/messages/consumer-group-heartbeat-request';
import type { ConsumerGroupHeartbeatResponseInput } from '@sluice/protocol/generated/messages/consumer-group-heartbeat-response';
import type { HeartbeatRequest } from '@sluice/protocol/generated/messages/heartbeat-request';
import type { HeartbeatResponseInput } from '@sluice/protocol/generated/messages/heartbeat-response';
import type { JoinGroupRequest } from '@sluice/protocol/generated/messages/join-group-request';
import type { JoinGroupResponseInput } from '@sluice/protocol/generated/messages/join-group-response';
import type { LeaveGroupRequest } from '@sluice/protocol/generated/messages/leave-group-request';
import type { LeaveGroupResponseInput } from '@sluice/protocol/generated/messages/leave-group-response';
import type { OffsetCommitRequest } from '@sluice/protocol/generated/messages/offset-commit-request';
import type { OffsetCommitResponseInput } from '@sluice/protocol/generated/messages/offset-commit-response';
import type { OffsetFetchRequestGroup } from '@sluice/protocol/generated/messages/offset-fetch-request';
import type { OffsetFetchResponseGroupInput } from '@sluice/protocol/generated/messages/offset-fetch-response';
import type { SyncGroupRequest } from '@sluice/protocol/generated/messages/sync-group-request';
import type { SyncGroupResponseInput } from '@sluice/protocol/generated/messages/sync-group-response';

/** What members ask of the coordinator. */
export interface Apis {
  join: { request: JoinGroupRequest; response: JoinGroupResponseInput };
  sync: { request: SyncGroupRequest; response: SyncGroupResponseInput };
  heartbeat: { request: HeartbeatRequest; response: HeartbeatResponseInput };
  leave: { request: LeaveGroupRequest; response: LeaveGroupResponseInput };
  heartbeatOfConsumer: { request: ConsumerGroupHeartbeatRequest; response: ConsumerGroupHeartbeatResponseInput };
  commitOffsets: { request: OffsetCommitRequest; response: OffsetCommitResponseInput };
  fetchOffsets: { request: OffsetFetchRequestGroup; response: OffsetFetchResponseGroupInput };
}

export type Api = keyof Apis;

/** A request of one of the APIs, with what it asks. */
export type Call = { [A in Api]: { readonly api: A; readonly request: Apis[A]['request'] } }[Api];

/** The same with its answer. */
export type Exchange = {
  [A in Api]: { readonly api: A; readonly request: Apis[A]['request']; readonly response: Apis[A]['response'] };
}[Api];

export async function perform(coordinator: GroupCoordinator, call: Call, context: RequestContext): Promise<Exchange> {
  switch (call.api) {
    case 'join':
      return { ...call, response: await coordinator.join(call.request, context) };
    case 'sync':
      return { ...call, response: await coordinator.sync(call.request, context) };
    case 'heartbeat':
      return { ...call, response: await coordinator.heartbeat(call.request, context) };
    case 'leave':
      return { ...call, response: await coordinator.leave(call.request, context) };
    case 'heartbeatOfConsumer':
      return { ...call, response: await coordinator.heartbeatOfConsumer(call.request, context) };
    case 'commitOffsets':
      return { ...call, response: await coordinator.commitOffsets(call.request, context) };
    case 'fetchOffsets':
      return { ...call, response: await coordinator.fetchOffsets(call.request, false, context) };
  }
}
