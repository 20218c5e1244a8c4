import { consumerProtocolSubscriptionCodec } from '@sluice/protocol/generated/messages/consumer-protocol-subscription';
import { ProtocolError } from '@sluice/protocol/protocol-error';
import { Reader } from '@sluice/protocol/reader';
import { CONSUMER_PROTOCOL_ELEMENTS_MAX } from '../consumer-protocol.ts';
import { type ClassicGroup, CONSUMER_PROTOCOL_TYPE } from './classic-group.ts';
import { metadataOf } from './classic-member.ts';

/** Topics that all members of one group may name together; a group with more counts as one that does not say. */
export const SUBSCRIBED_TOPICS_MAX = 1_000_000;

/**
 * What the members of a group of consumers subscribe to, all together; `undefined` if one of them does not say it in a
 * way that we understand.
 */
export function subscribedTopicsOf(group: ClassicGroup): ReadonlySet<string> | undefined {
  if (group.protocolType !== CONSUMER_PROTOCOL_TYPE) return undefined;
  const topics = new Set<string>();
  for (const member of group.members.values()) {
    const metadata = group.protocol === undefined ? undefined : metadataOf(member, group.protocol);
    const own = metadata === undefined ? undefined : topicsOf(metadata);
    if (own === undefined) return undefined;
    for (const topic of own) topics.add(topic);
    if (topics.size > SUBSCRIBED_TOPICS_MAX) return undefined;
  }
  return topics;
}

/** Read as version 0, of which every later version is a continuation. */
function topicsOf(subscription: Buffer): readonly string[] | undefined {
  try {
    const reader = new Reader(subscription, { utf8Lenient: true, elementCountMax: CONSUMER_PROTOCOL_ELEMENTS_MAX });
    if (reader.int16('version') < 0) return undefined;
    return consumerProtocolSubscriptionCodec.decode(reader, 0).topics;
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}
