import { ErrorCode } from '@sluice/protocol/generated/errors';
import { listGroupsRequestCodec } from '@sluice/protocol/generated/messages/list-groups-request';
import { type ListedGroup, listGroupsResponseCodec } from '@sluice/protocol/generated/messages/list-groups-response';
import type { Cluster } from './cluster.ts';
import { KafkaError } from './kafka-error.ts';
import { retry } from './retry.ts';

const LIST_GROUPS = { request: listGroupsRequestCodec, response: listGroupsResponseCodec };
const STATES_FROM = 4;
const TYPES_FROM = 5;

export interface ListGroupsOptions {
  /** Kafka's names of states; empty: all. Older brokers that tell no states tell nothing then. */
  readonly states?: readonly string[];
  /** `classic`, `consumer`, `share`, `streams`; empty: all. */
  readonly types?: readonly string[];
}

/** The groups of all brokers, by name. State and type are empty where a broker is too old to tell them. */
export async function listGroups(
  cluster: Cluster,
  { states = [], types = [] }: ListGroupsOptions = {},
): Promise<readonly ListedGroup[]> {
  await cluster.any();
  const groups = await retry(cluster.clock, cluster.timeoutMs, async () => {
    const { brokers } = await cluster.metadata([]);
    // Each broker tells of the groups that it coordinates.
    const listed = await Promise.all(
      brokers.map(async ({ nodeId }) => {
        const broker = await cluster.broker(nodeId);
        const response = await broker.request(LIST_GROUPS, (version) => ({
          ...(version >= STATES_FROM ? { statesFilter: [...states] } : {}),
          ...(version >= TYPES_FROM ? { typesFilter: [...types] } : {}),
        }));
        if (response.errorCode !== ErrorCode.NONE) throw new KafkaError(response.errorCode, null);
        return response.groups;
      }),
    );
    return listed.flat();
  });
  return groups
    .filter(({ groupState, groupType }) => isAmong(groupState, states) && isAmong(groupType, types))
    .sort((a, b) => (a.groupId < b.groupId ? -1 : 1));
}

/** Older brokers do not know the filters. */
function isAmong(value: string, wanted: readonly string[]): boolean {
  return wanted.length === 0 || wanted.some((each) => each.toLowerCase() === value.toLowerCase());
}
