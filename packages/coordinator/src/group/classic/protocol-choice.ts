import { assert } from '@sluice/kernel/assert';
import type { ClassicGroup } from './classic-group.ts';
import type { MemberProtocol } from './classic-member.ts';

/** Can somebody with these protocols be in the group, so that there is one that all its members know? */
export function supportsProtocols(
  group: ClassicGroup,
  protocolType: string,
  protocols: readonly MemberProtocol[],
): boolean {
  if (group.isEmpty) return protocolType !== '' && protocols.length > 0;
  return protocolType === group.protocolType && protocols.some(({ name }) => group.isKnownToAll(name));
}

/** Each member votes for the first of its protocols that all know; of the most wanted the one that was named first. */
export function chooseProtocol(group: ClassicGroup): string {
  const votes = new Map<string, number>();
  for (const { protocols } of group.members.values()) {
    const vote = protocols.find(({ name }) => group.isKnownToAll(name));
    assert(vote !== undefined, 'a member joins only if all know one of its protocols');
    votes.set(vote.name, (votes.get(vote.name) ?? 0) + 1);
  }
  let chosen: string | undefined;
  for (const [name, count] of votes) {
    if (chosen === undefined || count > (votes.get(chosen) ?? 0)) chosen = name;
  }
  assert(chosen !== undefined, 'a group without members chooses nothing');
  return chosen;
}
