import assert from 'node:assert/strict';
import type { JoinGroupRequest } from '@sluice/protocol/generated/messages/join-group-request';
import type { JoinGroupResponseInput } from '@sluice/protocol/generated/messages/join-group-response';
import { type Asked, answered } from './asked.ts';
import type { ClassicFixture } from './classic-fixture.ts';
import { GROUP_ID } from './classic-requests.ts';

/** Time passes until all are answered. */
export async function allAnswered<T>(fixture: ClassicFixture, asked: readonly Asked<T>[]): Promise<readonly T[]> {
  await fixture.clock.runUntil(() => asked.every(({ response }) => response !== undefined));
  return asked.map(answered);
}

/** The members of a stable group of the first generation, its leader first. The version has no MEMBER_ID_REQUIRED. */
export async function stableGroup(
  fixture: ClassicFixture,
  requests: readonly Partial<JoinGroupRequest>[],
): Promise<readonly JoinGroupResponseInput[]> {
  const asked = requests.map((request) => fixture.join(request));
  const joined = await allAnswered(fixture, asked);
  syncAll(fixture, joined);
  assert.equal(fixture.group(requests[0]?.groupId ?? GROUP_ID).state, 'Stable');
  return joined;
}

/** Everybody is assigned its own member id. */
export function syncAll(fixture: ClassicFixture, joined: readonly JoinGroupResponseInput[], groupId = GROUP_ID): void {
  for (const { memberId, generationId = -1, leader, members } of joined) {
    const assignments =
      memberId === leader
        ? members.map((member) => ({ memberId: member.memberId, assignment: Buffer.from(member.memberId) }))
        : [];
    fixture.sync({ groupId, memberId, generationId, assignments });
  }
}
