import { createInspection } from '../../crash/rule.ts';
import type { SimMember } from '../members/sim-member.ts';
import type { GroupRule, Rest } from '../rule.ts';

/** Members are in the group, in one generation, and own together all that they read, each partition once. */
export const becomesStable: GroupRule = {
  row: 'I12',
  promise: 'a rebalance ends: stable within session + rebalance timeout + 5 s, and then quiet',
  inspect() {
    const { check, verdict } = createInspection();
    const generations = new Map<string, number>();
    return {
      see() {},
      atRest(rest) {
        for (const group of rest.groups) {
          const members = rest.members.filter(({ groupId, isAlive }) => isAlive && groupId === group.groupId);
          const faults = faultsOf(rest, group.groupState, group.members.length, members);
          check(faults.length === 0, () => `${group.groupId} after ${rest.afterMs} ms: ${faults.join('; ')}`);
          const generation = members[0]?.generation ?? -1;
          const before = generations.get(group.groupId) ?? generation;
          check(generation === before, () => `${group.groupId} rebalanced without a reason`);
          generations.set(group.groupId, generation);
        }
      },
      verdict,
    };
  },
};

export function faultsOf(
  rest: Pick<Rest, 'topics'>,
  state: string,
  memberCount: number,
  members: readonly SimMember[],
): string[] {
  if (members.length === 0) return ['Empty', 'Dead'].includes(state) ? [] : [`it is ${state}, without a member`];
  const faults: string[] = [];
  if (state !== 'Stable') faults.push(`it is ${state}`);
  if (memberCount !== members.length) faults.push(`it has ${memberCount} members, ${members.length} are alive`);
  const generations = new Set(members.map(({ generation }) => generation));
  if (generations.size !== 1) faults.push(`generations ${[...generations].join(', ')}`);
  const owned = members.flatMap((member) => [...member.owned]).sort();
  const wanted = [...new Set(members.flatMap(({ subscription }) => subscription))].flatMap((topic) =>
    Array.from({ length: rest.topics.partitionCount(topic) }, (_, partition) => `${topic}-${partition}`),
  );
  if (owned.join() !== wanted.sort().join()) faults.push(`owned ${owned.join()} of ${wanted.join()}`);
  return faults;
}
