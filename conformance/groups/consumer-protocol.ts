import type { Body } from '../wire/encode.ts';
import { encodeBody } from '../wire/encode.ts';
import { schemaOf } from '../wire/schema.ts';

/** The blob in which consumers say what they subscribe to; `version` is written before it. */
export function subscription(topics: readonly string[], more: Body = {}, version = 3): Buffer {
  return versioned('ConsumerProtocolSubscription', version, { topics, ...more });
}

/** The blob in which a leader tells a consumer its partitions. */
export function assignment(partitions: Readonly<Record<string, readonly number[]>>, version = 3): Buffer {
  const assignedPartitions = Object.entries(partitions).map(([topic, indexes]) => ({ topic, partitions: indexes }));
  return versioned('ConsumerProtocolAssignment', version, { assignedPartitions, userData: null });
}

function versioned(name: string, version: number, body: Body): Buffer {
  const prefix = Buffer.alloc(2);
  prefix.writeInt16BE(version);
  const message = schemaOf(name);
  return Buffer.concat([prefix, encodeBody(message, Math.min(Math.max(version, 0), message.versions.max), body)]);
}
