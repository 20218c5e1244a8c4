import { ErrorCode } from '@sluice/protocol/generated/errors';
import { deleteGroupsRequestCodec } from '@sluice/protocol/generated/messages/delete-groups-request';
import { deleteGroupsResponseCodec } from '@sluice/protocol/generated/messages/delete-groups-response';
import type { Cluster } from './cluster.ts';
import { askCoordinators } from './group-coordinator.ts';
import { KafkaError } from './kafka-error.ts';

const DELETE_GROUPS = { request: deleteGroupsRequestCodec, response: deleteGroupsResponseCodec };

/** Deletes groups with all that they have committed. Gives each group's error, undefined where it is gone. */
export async function deleteGroups(
  cluster: Cluster,
  groupIds: readonly string[],
): Promise<ReadonlyMap<string, KafkaError | undefined>> {
  const done = new Map<string, KafkaError | undefined>();
  // A repetition after a coordinator moved must not ask for those that are gone already.
  await askCoordinators(cluster, groupIds, async (broker, led) => {
    const left = led.filter((groupId) => !done.has(groupId));
    if (left.length === 0) return;
    const { results } = await broker.request(DELETE_GROUPS, () => ({ groupsNames: left }));
    let passing: KafkaError | undefined;
    for (const { groupId, errorCode } of results) {
      const error = errorCode === ErrorCode.NONE ? undefined : new KafkaError(errorCode, null);
      if (error?.isRetriable) passing = error;
      else done.set(groupId, error);
    }
    if (passing !== undefined) throw passing;
  });
  return done;
}
