import { createInspection } from '../../crash/rule.ts';
import { partitionsOfBlob } from '../members/blobs.ts';
import type { GroupRule } from '../rule.ts';

/**
 * Judged by the assignments that members of classic groups are told. A static member keeps its own under another member
 * id, so its instance is the owner.
 */
export const oneOwner: GroupRule = {
  row: 'I12',
  promise: 'no partition is assigned to two members in one generation',
  inspect() {
    const { check, verdict } = createInspection();
    const owners = new Map<string, string>();
    return {
      see(event) {
        if (event.kind !== 'answered' || event.exchange.api !== 'sync') return;
        const { request, response } = event.exchange;
        if (response.errorCode !== 0) return;
        const member = request.groupInstanceId ?? request.memberId;
        for (const partition of partitionsOfBlob(response.assignment)) {
          const key = `${request.groupId} generation ${request.generationId}: ${partition}`;
          const owner = owners.get(key) ?? member;
          owners.set(key, owner);
          check(owner === member, () => `${key} is assigned to ${owner} and to ${member}`);
        }
      },
      atRest() {},
      verdict,
    };
  },
};
