import { ApiKey } from '@sluice/protocol/generated/apis';

/** Requests that the protocol lets wait, some of them as long as they say themselves. */
export const API_KEYS_THAT_MAY_WAIT: ReadonlySet<number> = new Set([
  // Until enough bytes or records are there.
  ApiKey.FETCH,
  ApiKey.SHARE_FETCH,
  // Until the replicas have it, and with acks=0 without an answer.
  ApiKey.PRODUCE,
  // Until the group's other members come.
  ApiKey.JOIN_GROUP,
  ApiKey.SYNC_GROUP,
  // Until the cluster has done it.
  ApiKey.CREATE_TOPICS,
  ApiKey.CREATE_PARTITIONS,
  ApiKey.DELETE_TOPICS,
  ApiKey.DELETE_RECORDS,
  ApiKey.ELECT_LEADERS,
]);
