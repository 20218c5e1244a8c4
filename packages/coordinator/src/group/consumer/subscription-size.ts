import { ErrorCode } from '@sluice/protocol/generated/errors';
import { type Refusal, refuse } from './refusal.ts';
import type { TopicSubscriptions } from './topic-subscriptions.ts';

/**
 * The names of all topics that one member subscribes to. More would not fit a batch of the log (`max.message.bytes`, 1 MiB
 * by default); to find that out late would take a while, in which nobody else is served.
 */
export const SUBSCRIPTION_SIZE_CHARS_MAX = 1_000_000;
/** Different topics that one member names: to sort and keep a hundred thousand would hold up everybody for a second. */
export const SUBSCRIPTION_TOPICS_MAX = 10_000;
/** Different topics that the members of one group name: whoever joins or changes has all of them looked at. */
export const GROUP_TOPICS_MAX = 50_000;

/** Those that the group names already. */
type NamedTopics = Pick<TopicSubscriptions, 'has' | 'topicCount'>;

/** Names that come twice count once. The error is what Kafka says of records that are too large. */
export function sizeRefusal(topics: readonly string[] | null, subscriptions: NamedTopics): Refusal | undefined {
  if (topics === null) return undefined;
  if (isTooLarge(topics, topics.length)) {
    const names = new Set(topics);
    if (isTooLarge(names, names.size)) return tooLarge();
  }
  return hasRoomFor(topics, subscriptions) ? undefined : tooLarge();
}

function isTooLarge(names: Iterable<string>, count: number): boolean {
  if (count > SUBSCRIPTION_TOPICS_MAX) return true;
  let sizeChars = 0;
  for (const name of names) sizeChars += name.length + 1;
  return sizeChars > SUBSCRIPTION_SIZE_CHARS_MAX;
}

/** What the group names already costs nothing more. */
function hasRoomFor(topics: readonly string[], subscriptions: NamedTopics): boolean {
  const room = GROUP_TOPICS_MAX - subscriptions.topicCount;
  if (topics.length <= room) return true;
  const unknown = new Set(topics.filter((name) => !subscriptions.has(name)));
  return unknown.size === 0 || unknown.size <= room;
}

function tooLarge(): Refusal {
  return refuse(ErrorCode.UNKNOWN_SERVER_ERROR, 'The subscription is too large to be stored.');
}
