import {
  type ConsumerProtocolAssignment,
  type ConsumerProtocolAssignmentInput,
  consumerProtocolAssignmentCodec,
} from './generated/messages/consumer-protocol-assignment.ts';
import {
  type ConsumerProtocolSubscription,
  type ConsumerProtocolSubscriptionInput,
  consumerProtocolSubscriptionCodec,
} from './generated/messages/consumer-protocol-subscription.ts';
import type { MessageCodec } from './message-codec.ts';
import { ProtocolError } from './protocol-error.ts';
import { Reader } from './reader.ts';
import { Writer } from './writer.ts';

/*
 * What classic members of a group of consumers tell each other through the coordinator: an int16 version, then the message
 * in that version. Members write these bytes as they please; the coordinator looks into them only where it must know
 * topics and partitions (expiry and deletion of offsets, groups that move between the protocols).
 */

/** Topics and partitions in one blob, all together. More is not worth the time that reading them would take from others. */
export const CONSUMER_PROTOCOL_ELEMENTS_MAX = 200_000;

/** Of a blob that starts with one; −1 or less is no valid version. */
export function consumerProtocolVersion(blob: Buffer): number | undefined {
  return blob.length < 2 ? undefined : blob.readInt16BE(0);
}

export interface BlobLimits {
  /** Of a newer blob only this version's part is read. */
  readonly versionMax?: number;
  /** Topics and partitions, all together. */
  readonly elementCountMax?: number;
}

/** `undefined` if the bytes are no subscription, or one that is too large. */
export function decodeConsumerSubscription(
  blob: Buffer,
  limits?: BlobLimits,
): ConsumerProtocolSubscription | undefined {
  return decode(consumerProtocolSubscriptionCodec, blob, limits);
}

/** `undefined` if the bytes are no assignment, or one that is too large. A member that was assigned nothing yet has no bytes. */
export function decodeConsumerAssignment(blob: Buffer): ConsumerProtocolAssignment | undefined {
  return decode(consumerProtocolAssignmentCodec, blob);
}

/** In the version that the member itself speaks: that of its subscription. */
export function encodeConsumerAssignment(assignment: ConsumerProtocolAssignmentInput, version: number): Buffer {
  return encode(consumerProtocolAssignmentCodec, assignment, version);
}

export function encodeConsumerSubscription(subscription: ConsumerProtocolSubscriptionInput, version: number): Buffer {
  return encode(consumerProtocolSubscriptionCodec, subscription, version);
}

/** Each version continues the one before, so of a newer one the newest known part can be read; what follows is left alone. */
function decode<Message>(
  codec: MessageCodec<Message, never>,
  blob: Buffer,
  { versionMax = codec.versionMax, elementCountMax = CONSUMER_PROTOCOL_ELEMENTS_MAX }: BlobLimits = {},
): Message | undefined {
  const version = consumerProtocolVersion(blob);
  if (version === undefined || version < codec.versionMin) return undefined;
  const reader = new Reader(blob, { utf8Lenient: true, elementCountMax });
  reader.position = 2;
  try {
    return codec.decode(reader, Math.min(version, versionMax));
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}

function encode<Input>(codec: MessageCodec<unknown, Input>, value: Input, version: number): Buffer {
  const known = Math.min(version, codec.versionMax);
  const writer = new Writer();
  writer.int16(known);
  codec.encode(writer, value, known);
  return Buffer.concat(writer.finish());
}
