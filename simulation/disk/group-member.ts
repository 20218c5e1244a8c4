import type { Broker } from '@sluice/client/broker';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { heartbeatRequestCodec } from '@sluice/protocol/generated/messages/heartbeat-request';
import { heartbeatResponseCodec } from '@sluice/protocol/generated/messages/heartbeat-response';
import { joinGroupRequestCodec } from '@sluice/protocol/generated/messages/join-group-request';
import { joinGroupResponseCodec } from '@sluice/protocol/generated/messages/join-group-response';
import { syncGroupRequestCodec } from '@sluice/protocol/generated/messages/sync-group-request';
import { syncGroupResponseCodec } from '@sluice/protocol/generated/messages/sync-group-response';
import { type Load, sleep, withConnections } from '../crash/load/load.ts';

const JOIN = { request: joinGroupRequestCodec, response: joinGroupResponseCodec };
const SYNC = { request: syncGroupRequestCodec, response: syncGroupResponseCodec };
const HEARTBEAT = { request: heartbeatRequestCodec, response: heartbeatResponseCodec };
const SESSION_MS = 6_000;
const HEARTBEAT_MS = 500;
const RETRY_MS = 50;

/** The only member of a classic group: once it has joined, nothing but its own silence may cost it its membership. */
export function holdMembership(
  load: Load,
  group: string,
  timed: <T>(work: () => Promise<T>) => Promise<T>,
  complain: (what: string) => void,
): Promise<void> {
  return withConnections(load, group, async (broker) => {
    let membership = await join(load, broker, group);
    while (!load.isEnding && membership !== undefined) {
      const { memberId, generationId } = membership;
      const { errorCode } = await timed(() =>
        broker.request(HEARTBEAT, () => ({ groupId: group, memberId, generationId })),
      );
      if (errorCode !== 0) {
        complain(`a member that never missed a heartbeat got ${errorCode}`);
        membership = undefined;
      }
      await sleep(load.clock, HEARTBEAT_MS);
    }
    return 'done';
  });
}

async function join(load: Load, broker: Broker, group: string) {
  let memberId = '';
  while (!load.isEnding) {
    const known = memberId;
    const joined = await broker.request(JOIN, () => ({
      groupId: group,
      sessionTimeoutMs: SESSION_MS,
      rebalanceTimeoutMs: SESSION_MS,
      memberId: known,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: Buffer.alloc(0) }],
    }));
    memberId = joined.memberId;
    if (joined.errorCode === ErrorCode.MEMBER_ID_REQUIRED) continue;
    if (joined.errorCode === 0) {
      const { generationId } = joined;
      const synced = await broker.request(SYNC, () => ({
        groupId: group,
        generationId,
        memberId,
        protocolType: 'consumer',
        protocolName: 'range',
        assignments: [{ memberId, assignment: Buffer.alloc(0) }],
      }));
      if (synced.errorCode === 0) return { memberId, generationId };
    }
    await sleep(load.clock, RETRY_MS);
  }
  return undefined;
}
