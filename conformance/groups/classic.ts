import type { ApiExchange, CaseContext, Exchange } from '../case.ts';
import type { Body } from '../wire/encode.ts';
import { subscription } from './consumer-protocol.ts';
import { described, groupName, latest, requestOf } from './requests.ts';

/** A member of a classic group; it has a connection of its own name. */
export type Member = {
  readonly name: string;
  /** Base name of the group, "group" when left out; on the wire as `c.name` has it. */
  readonly group?: string;
  readonly instance?: string | null;
  readonly type?: string;
  readonly protocols?: readonly (readonly [string, Buffer | string])[];
  readonly sessionTimeoutMs?: number;
  readonly rebalanceTimeoutMs?: number;
};

/** Written over the body that a member would send; a function sees the answers so far. */
export type Changes = Body | (() => Body);

/** What the member was told when it joined last. */
export const memberIdOf = (c: CaseContext, name: string): string => String(c.answer(name).memberId ?? '');
export const generationOf = (c: CaseContext, name: string): number => Number(c.answer(name).generationId ?? -1);

const timeoutMs = 30_000;

/** JoinGroup with the id that it has, or without one. */
export function join(c: CaseContext, member: Member, changes: Changes = {}): ApiExchange {
  const { name, group, instance, type, protocols, sessionTimeoutMs, rebalanceTimeoutMs } = member;
  return {
    ...requestOf(c, 'JoinGroup'),
    $on: name,
    $as: name,
    $body: () => ({
      groupId: groupName(c, group),
      sessionTimeoutMs: sessionTimeoutMs ?? timeoutMs,
      rebalanceTimeoutMs: rebalanceTimeoutMs ?? timeoutMs,
      memberId: memberIdOf(c, name),
      groupInstanceId: instance ?? null,
      protocolType: type ?? 'consumer',
      protocols: (protocols ?? [['range', subscription([c.name('orders')])]]).map(([protocol, metadata]) => ({
        name: protocol,
        metadata: Buffer.from(metadata),
      })),
      ...changed(changes),
    }),
  };
}

/** The same without waiting for the answer. */
export const joining = (c: CaseContext, member: Member, changes: Changes = {}): ApiExchange => ({
  ...join(c, member, changes),
  $isAnsweredLater: true,
});

/** From version 4 on (KIP-394) a dynamic member is first told its id, and joins with it. */
export function entering(c: CaseContext, member: Member): Exchange[] {
  const joinVersion = c.api === 'JoinGroup' ? c.version : latest.JoinGroup;
  const isToldFirst = joinVersion >= 4 && (member.instance ?? null) === null;
  return [...(isToldFirst ? [join(c, member)] : []), joining(c, member)];
}

export const entered = (c: CaseContext, member: Member): Exchange[] => [
  ...entering(c, member),
  { $answerOn: member.name },
];

/** SyncGroup in the member's generation; `assignments` by member name. */
export function sync(
  c: CaseContext,
  member: Member,
  assignments: Readonly<Record<string, Buffer | string>> = {},
  changes: Changes = {},
): ApiExchange {
  const { name, group, instance, type } = member;
  return {
    ...requestOf(c, 'SyncGroup'),
    $on: name,
    $body: () => ({
      groupId: groupName(c, group),
      generationId: generationOf(c, name),
      memberId: memberIdOf(c, name),
      groupInstanceId: instance ?? null,
      protocolType: type ?? 'consumer',
      protocolName: String(c.answer(name).protocolName),
      assignments: Object.entries(assignments).map(([of, assignment]) => ({
        memberId: memberIdOf(c, of) === '' ? of : memberIdOf(c, of),
        assignment: Buffer.from(assignment),
      })),
      ...changed(changes),
    }),
  };
}

export const syncing = (c: CaseContext, member: Member): ApiExchange => ({
  ...sync(c, member),
  $isAnsweredLater: true,
});

export function heartbeat(c: CaseContext, member: Member, changes: Changes = {}): ApiExchange {
  return {
    ...requestOf(c, 'Heartbeat'),
    $on: `${member.name}'s heartbeats`,
    $body: () => ({
      groupId: groupName(c, member.group),
      generationId: generationOf(c, member.name),
      memberId: memberIdOf(c, member.name),
      groupInstanceId: member.instance ?? null,
      ...changed(changes),
    }),
  };
}

/** LeaveGroup of one member; of several since version 3. */
export function leave(c: CaseContext, members: readonly Member[], changes: Changes = {}): ApiExchange {
  return {
    ...requestOf(c, 'LeaveGroup'),
    $on: 'leaving',
    $body: () => ({
      groupId: groupName(c, members[0]?.group),
      memberId: memberIdOf(c, members[0]?.name ?? ''),
      members: members.map(({ name, instance }) => ({
        memberId: memberIdOf(c, name),
        groupInstanceId: instance ?? null,
      })),
      ...changed(changes),
    }),
  };
}

/** A group of one member with an assignment. */
export const stable = (c: CaseContext, member: Member): Exchange[] => [
  ...entered(c, member),
  sync(c, member, { [member.name]: `for ${member.name}` }),
];

/** The second member comes to the first one's stable group: both are in the next generation, not yet synced. */
export const joinedBy = (c: CaseContext, first: Member, second: Member): Exchange[] => [
  ...entering(c, second),
  described(c, 'PreparingRebalance', first.group),
  join(c, first),
  { $answerOn: second.name },
];

/** A stable group of two; the first one leads. */
export const stablePair = (c: CaseContext, first: Member, second: Member): Exchange[] => [
  ...stable(c, first),
  ...joinedBy(c, first, second),
  sync(c, first, { [first.name]: `for ${first.name}`, [second.name]: `for ${second.name}` }),
  sync(c, second),
];

function changed(changes: Changes): Body {
  return typeof changes === 'function' ? changes() : changes;
}
