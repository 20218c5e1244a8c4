import type { NodeId, Uuid } from '@sluice/kernel/ids';
import type { ConfigResourceType } from './cluster-image.ts';

/*
 * The names of all keys. With values.ts this is the one place that knows what the store holds:
 *
 *   cluster                        the cluster's id
 *   controller                     who the controller is; under its lease
 *   features/<name>                a finalized feature level
 *   producer-ids                   the next producer id to hand out
 *   brokers/<id>                   a registration; its mod revision is the broker's epoch
 *   live/<id>                      the registered broker's state; under its lease
 *   topics/<topic id>              name and partition count
 *   partitions/<topic id>/<index>  one partition's state; without effect until its topic's count covers it
 *   configs/<type>/<name>          what was set on a resource; the name percent-encoded
 */

export type EntryKey =
  | { readonly kind: 'cluster' }
  | { readonly kind: 'controller' }
  | { readonly kind: 'feature'; readonly name: string }
  | { readonly kind: 'producer-ids' }
  | { readonly kind: 'broker'; readonly id: NodeId }
  | { readonly kind: 'live'; readonly id: NodeId }
  | { readonly kind: 'topic'; readonly id: Uuid }
  | { readonly kind: 'partition'; readonly topicId: Uuid; readonly index: number }
  | { readonly kind: 'config'; readonly type: ConfigResourceType; readonly name: string };

export const clusterKey = 'cluster';
export const controllerKey = 'controller';
export const producerIdsKey = 'producer-ids';
export const featureKey = (name: string): string => `features/${name}`;
export const brokerKey = (id: NodeId): string => `brokers/${id}`;
export const liveKey = (id: NodeId): string => `live/${id}`;
export const topicKey = (id: Uuid): string => `topics/${id}`;
export const partitionKey = (topicId: Uuid, index: number): string => `partitions/${topicId}/${index}`;
/** All partitions of a topic. */
export const partitionsPrefix = (topicId: Uuid): string => `partitions/${topicId}/`;
export const configKey = (type: ConfigResourceType, name: string): string =>
  `configs/${type}/${encodeURIComponent(name.toWellFormed())}`;

/** `undefined`: no key of ours (a newer Sluice's, or another's). */
export function parseKey(key: string): EntryKey | undefined {
  const [room = '', first, second, ...rest] = key.split('/');
  if (rest.length > 0) return undefined;
  if (first === undefined) {
    return room === clusterKey || room === controllerKey || room === producerIdsKey ? { kind: room } : undefined;
  }
  if (second !== undefined) return parseNested(room, first, second);
  if (room === 'features') return { kind: 'feature', name: first };
  if (room === 'topics') return { kind: 'topic', id: first };
  const id = parseIndex(first);
  if (id === undefined) return undefined;
  if (room === 'brokers') return { kind: 'broker', id };
  return room === 'live' ? { kind: 'live', id } : undefined;
}

function parseNested(room: string, first: string, second: string): EntryKey | undefined {
  if (room === 'partitions') {
    const index = parseIndex(second);
    return index === undefined ? undefined : { kind: 'partition', topicId: first, index };
  }
  if (room !== 'configs' || !isConfigResourceType(first)) return undefined;
  try {
    return { kind: 'config', type: first, name: decodeURIComponent(second) };
  } catch {
    return undefined;
  }
}

function parseIndex(text: string): number | undefined {
  return /^(0|[1-9][0-9]{0,9})$/.test(text) ? Number(text) : undefined;
}

function isConfigResourceType(text: string): text is ConfigResourceType {
  return text === 'topic' || text === 'broker' || text === 'group' || text === 'client-metrics';
}
