import type { Fault, Join, MemberEvent, MemberLook } from '../runner/contract.ts';
import type { Request } from './serve.ts';

/** What a member of a group notes of itself. */
export type Notes = {
  note(...what: [string, ...(string | number)[]]): void;
  failed(fault: Fault): void;
  /** What the member cannot get past. */
  ended(fault: Fault): void;
  /** The whole of what the member has now; `afresh` when it begins anew even where it keeps a partition. */
  has(places: readonly string[], afresh: boolean): void;
  look(): MemberLook;
};

export function createNotes(): Notes {
  let events: MemberEvent[] = [];
  let assigned: readonly string[] = [];
  let fault: Fault | undefined;
  const note: Notes['note'] = (...what) => {
    events.push([Date.now(), ...what] as unknown as MemberEvent);
  };
  return {
    note,
    failed: ({ type, code, message }) => note('failed', type, code, message),
    ended(cause) {
      fault = cause;
    },
    has(places, afresh) {
      for (const place of assigned) if (afresh || !places.includes(place)) note('revoked', place);
      for (const place of places) if (afresh || !assigned.includes(place)) note('assigned', place);
      assigned = [...places].sort();
    },
    look() {
      const seen = { assigned, events, ...(fault === undefined ? {} : { fault }) };
      events = [];
      return seen;
    },
  };
}

export type JoinRequest = Request & Join & { readonly member: string };

export type GroupMember = {
  readonly notes: Notes;
  tell(request: Request): Promise<void>;
  leave(): Promise<void>;
};

/** The ops on members, for a program that can make them. */
export function memberOps(join: (request: JoinRequest) => Promise<GroupMember>) {
  const members = new Map<string, GroupMember>();
  const memberOf = ({ member }: Request) => {
    const found = members.get(member);
    if (found === undefined) throw new Error(`no such member: ${member}`);
    return found;
  };
  return {
    join: async (request: Request) => {
      // A `join` request has what the runner's Join says.
      members.set(request.member, await join(request as unknown as JoinRequest));
      return {};
    },
    look: (request: Request) => memberOf(request).notes.look(),
    tell: async (request: Request) => {
      await memberOf(request).tell(request);
      return {};
    },
    leave: async (request: Request) => {
      const member = memberOf(request);
      await member.leave();
      members.delete(request.member);
      return member.notes.look();
    },
  };
}

export const place = (topic: string, partition: number): string => `${topic}-${partition}`;
