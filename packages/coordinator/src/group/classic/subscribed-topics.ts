import { decodeConsumerSubscription } from '@sluice/protocol/consumer-protocol';
import { type ClassicGroup, CONSUMER_PROTOCOL_TYPE } from './classic-group.ts';
import { metadataOf } from './classic-member.ts';

/**
 * Topics that the members of one group may name, each counted for each member: they are all read at once when a generation
 * begins. A group with more counts as one that does not say.
 */
export const SUBSCRIBED_TOPICS_MAX = 200_000;

/**
 * What the members of a group of consumers subscribe to, all together; `undefined` if one of them does not say it in a
 * way that we understand.
 */
export function subscribedTopicsOf(group: ClassicGroup): ReadonlySet<string> | undefined {
  if (group.protocolType !== CONSUMER_PROTOCOL_TYPE) return undefined;
  const topics = new Set<string>();
  let left = SUBSCRIBED_TOPICS_MAX;
  for (const member of group.members.values()) {
    const metadata = group.protocol === undefined ? undefined : metadataOf(member, group.protocol);
    // Topics stand in version 0, of which every later version is a continuation.
    const limits = { versionMax: 0, elementCountMax: left };
    const own = metadata === undefined ? undefined : decodeConsumerSubscription(metadata, limits)?.topics;
    if (own === undefined) return undefined;
    left -= own.length;
    for (const topic of own) topics.add(topic);
  }
  return topics;
}
