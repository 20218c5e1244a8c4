import type { JoinGroupResponseInput } from '@sluice/protocol/generated/messages/join-group-response';
import type { SyncGroupResponseInput } from '@sluice/protocol/generated/messages/sync-group-response';
import type { ClassicGroup } from './classic-group.ts';
import type { ClassicMember } from './classic-member.ts';
import { type Answers, answer } from './decision.ts';

/** Answers whoever waits for the end of the join phase on behalf of the member. */
export function answerJoin(
  group: ClassicGroup,
  member: ClassicMember,
  response: JoinGroupResponseInput,
  decision: Answers,
): void {
  if (member.awaitingJoin === undefined) return;
  answer(decision, member.awaitingJoin, response);
  group.setAwaitingJoin(member, undefined);
}

/** Answers whoever waits for the assignment on behalf of the member, and counts that as a sign of life. */
export function answerSync(member: ClassicMember, response: SyncGroupResponseInput, decision: Answers): void {
  if (member.awaitingSync === undefined) return;
  answer(decision, member.awaitingSync, response);
  member.awaitingSync = undefined;
  // Its session may have run out meanwhile, which was excused.
  member.session.extend(member.sessionTimeoutMs);
}
