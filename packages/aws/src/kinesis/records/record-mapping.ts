import { isUtf8 } from 'node:buffer';
import type { BatchRecord } from '@sluice/protocol/records/record';
import type { LogRecord } from '../../kafka/kafka-log.ts';
import type { Record as KinesisRecord } from '../generated/types.ts';
import { type HashKey, hashOfPartitionKey, parseHashKey } from '../shards/hash-key.ts';

export const EXPLICIT_HASH_KEY_HEADER = 'kinesis-explicit-hash-key';
/** Of a record without a key: the service has none without. */
const NO_PARTITION_KEY = '-';
const PARTITION_KEY_LENGTH_MAX = 256;
const REPLACEMENT = '\ufffd';
const NO_DATA = Buffer.alloc(0);

/** A record as it was put. */
export interface PutEntry {
  readonly data: Buffer;
  readonly partitionKey: string | undefined;
  readonly explicitHashKey: string | undefined;
  readonly hashKey: HashKey;
}

/** Undefined if the explicit hash key lies beyond the last one. Without any key the given one decides. */
export function hashKeyFor(
  partitionKey: string | undefined,
  explicitHashKey: string | undefined,
  otherwise: () => HashKey,
): HashKey | undefined {
  if (explicitHashKey !== undefined) return parseHashKey(explicitHashKey);
  return partitionKey === undefined ? otherwise() : hashOfPartitionKey(partitionKey);
}

export function logRecordOf({ data, partitionKey, explicitHashKey }: PutEntry): LogRecord {
  return {
    key: partitionKey ?? null,
    value: data,
    ...(explicitHashKey === undefined ? {} : { headers: [{ key: EXPLICIT_HASH_KEY_HEADER, value: explicitHashKey }] }),
  };
}

export function kinesisRecordOf(
  { offset, timestampMs, key, value }: BatchRecord,
  sequenceNumber: (offset: number) => string,
  isEncrypted: boolean,
): KinesisRecord {
  return {
    SequenceNumber: sequenceNumber(offset),
    ApproximateArrivalTimestamp: Math.max(0, timestampMs),
    Data: value ?? NO_DATA,
    PartitionKey: partitionKeyOf(key),
    ...(isEncrypted ? { EncryptionType: 'KMS' as const } : {}),
  };
}

/** Whatever a Kafka producer made a key: what is no text reads as base64, and what is too long is cut. */
export function partitionKeyOf(key: Buffer | null): string {
  if (key === null || key.length === 0) return NO_PARTITION_KEY;
  const decoded = key.toString();
  // Bytes that are no text become this character, which a text may have as well.
  const text = !decoded.includes(REPLACEMENT) || isUtf8(key) ? decoded : key.toString('base64');
  return text.length <= PARTITION_KEY_LENGTH_MAX ? text : text.slice(0, PARTITION_KEY_LENGTH_MAX);
}
