import { ErrorCode } from '@sluice/protocol/generated/errors';
import { type Refusal, refuse } from './refusal.ts';

/**
 * The names of all topics that one member subscribes to. More would not fit a batch of the log (`max.message.bytes`, 1 MiB
 * by default); to find that out late would take a while, in which nobody else is served.
 */
export const SUBSCRIPTION_SIZE_CHARS_MAX = 1_000_000;

/** Names that come twice count once. The error is what Kafka says of records that are too large. */
export function sizeRefusal(topics: readonly string[] | null): Refusal | undefined {
  if (topics === null || sizeOf(topics) <= SUBSCRIPTION_SIZE_CHARS_MAX) return undefined;
  if (sizeOf(new Set(topics)) <= SUBSCRIPTION_SIZE_CHARS_MAX) return undefined;
  return refuse(ErrorCode.UNKNOWN_SERVER_ERROR, 'The subscription is too large to be stored.');
}

function sizeOf(topics: Iterable<string>): number {
  let sizeChars = 0;
  for (const topic of topics) sizeChars += topic.length + 1;
  return sizeChars;
}
