import type { JoinGroupRequest } from '@sluice/protocol/generated/messages/join-group-request';
import type { SyncGroupRequest } from '@sluice/protocol/generated/messages/sync-group-request';

/* What a group keeps of a request must be its own: the memory of large requests serves for others afterwards. */

export function withOwnMetadata(request: JoinGroupRequest): JoinGroupRequest {
  return {
    ...request,
    protocols: request.protocols.map((protocol) => ({ ...protocol, metadata: Buffer.from(protocol.metadata) })),
  };
}

export function withOwnAssignments(request: SyncGroupRequest): SyncGroupRequest {
  return {
    ...request,
    assignments: request.assignments.map((each) => ({ ...each, assignment: Buffer.from(each.assignment) })),
  };
}
