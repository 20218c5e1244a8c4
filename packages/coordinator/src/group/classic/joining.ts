import type { JoinGroupRequest } from '@sluice/protocol/generated/messages/join-group-request';
import type { JoinGroupResponseInput } from '@sluice/protocol/generated/messages/join-group-response';
import type { Pending } from '../../runtime/coordinator-shard.ts';
import type { RequestContext } from '../group-environment.ts';
import type { MemberProtocol } from './classic-member.ts';

/** Somebody who wants to join, in the same form for all versions. */
export interface Joining {
  readonly request: JoinGroupRequest;
  readonly context: RequestContext;
  readonly protocols: readonly MemberProtocol[];
  readonly rebalanceTimeoutMs: number;
  readonly pending: Pending<JoinGroupResponseInput>;
}
