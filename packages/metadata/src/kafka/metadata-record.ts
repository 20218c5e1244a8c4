import { abortTransactionRecordCodec } from '@sluice/protocol/generated/records/metadata/abort-transaction-record';
import { accessControlEntryRecordCodec } from '@sluice/protocol/generated/records/metadata/access-control-entry-record';
import { beginTransactionRecordCodec } from '@sluice/protocol/generated/records/metadata/begin-transaction-record';
import { brokerRegistrationChangeRecordCodec } from '@sluice/protocol/generated/records/metadata/broker-registration-change-record';
import { clearElrRecordCodec } from '@sluice/protocol/generated/records/metadata/clear-elr-record';
import { clientQuotaRecordCodec } from '@sluice/protocol/generated/records/metadata/client-quota-record';
import { configRecordCodec } from '@sluice/protocol/generated/records/metadata/config-record';
import { delegationTokenRecordCodec } from '@sluice/protocol/generated/records/metadata/delegation-token-record';
import { endTransactionRecordCodec } from '@sluice/protocol/generated/records/metadata/end-transaction-record';
import { featureLevelRecordCodec } from '@sluice/protocol/generated/records/metadata/feature-level-record';
import { fenceBrokerRecordCodec } from '@sluice/protocol/generated/records/metadata/fence-broker-record';
import { noOpRecordCodec } from '@sluice/protocol/generated/records/metadata/no-op-record';
import { partitionChangeRecordCodec } from '@sluice/protocol/generated/records/metadata/partition-change-record';
import { partitionRecordCodec } from '@sluice/protocol/generated/records/metadata/partition-record';
import { producerIdsRecordCodec } from '@sluice/protocol/generated/records/metadata/producer-ids-record';
import { registerBrokerRecordCodec } from '@sluice/protocol/generated/records/metadata/register-broker-record';
import { registerControllerRecordCodec } from '@sluice/protocol/generated/records/metadata/register-controller-record';
import { removeAccessControlEntryRecordCodec } from '@sluice/protocol/generated/records/metadata/remove-access-control-entry-record';
import { removeDelegationTokenRecordCodec } from '@sluice/protocol/generated/records/metadata/remove-delegation-token-record';
import { removeTopicRecordCodec } from '@sluice/protocol/generated/records/metadata/remove-topic-record';
import { removeUserScramCredentialRecordCodec } from '@sluice/protocol/generated/records/metadata/remove-user-scram-credential-record';
import { topicRecordCodec } from '@sluice/protocol/generated/records/metadata/topic-record';
import { unfenceBrokerRecordCodec } from '@sluice/protocol/generated/records/metadata/unfence-broker-record';
import { unregisterBrokerRecordCodec } from '@sluice/protocol/generated/records/metadata/unregister-broker-record';
import { userScramCredentialRecordCodec } from '@sluice/protocol/generated/records/metadata/user-scram-credential-record';
import { zkMigrationStateRecordCodec } from '@sluice/protocol/generated/records/metadata/zk-migration-state-record';
import type { MessageCodec } from '@sluice/protocol/message-codec';
import { Reader } from '@sluice/protocol/reader';
import { Writer } from '@sluice/protocol/writer';

/** All records of Kafka's `__cluster_metadata` up to 4.3. */
const CODECS = {
  abortTransaction: abortTransactionRecordCodec,
  accessControlEntry: accessControlEntryRecordCodec,
  beginTransaction: beginTransactionRecordCodec,
  brokerRegistrationChange: brokerRegistrationChangeRecordCodec,
  clearElr: clearElrRecordCodec,
  clientQuota: clientQuotaRecordCodec,
  config: configRecordCodec,
  delegationToken: delegationTokenRecordCodec,
  endTransaction: endTransactionRecordCodec,
  featureLevel: featureLevelRecordCodec,
  fenceBroker: fenceBrokerRecordCodec,
  noOp: noOpRecordCodec,
  partition: partitionRecordCodec,
  partitionChange: partitionChangeRecordCodec,
  producerIds: producerIdsRecordCodec,
  registerBroker: registerBrokerRecordCodec,
  registerController: registerControllerRecordCodec,
  removeAccessControlEntry: removeAccessControlEntryRecordCodec,
  removeDelegationToken: removeDelegationTokenRecordCodec,
  removeTopic: removeTopicRecordCodec,
  removeUserScramCredential: removeUserScramCredentialRecordCodec,
  topic: topicRecordCodec,
  unfenceBroker: unfenceBrokerRecordCodec,
  unregisterBroker: unregisterBrokerRecordCodec,
  userScramCredential: userScramCredentialRecordCodec,
  zkMigrationState: zkMigrationStateRecordCodec,
} as const;

type Codecs = typeof CODECS;
type ValueOf<Codec> = Codec extends MessageCodec<infer Value, infer _> ? Value : never;
type InputOf<Codec> = Codec extends MessageCodec<infer _, infer Input> ? Input : never;

export type MetadataRecord = {
  [Kind in keyof Codecs]: { readonly kind: Kind; readonly value: ValueOf<Codecs[Kind]> };
}[keyof Codecs];

export type MetadataRecordInput = {
  [Kind in keyof Codecs]: { readonly kind: Kind; readonly value: InputOf<Codecs[Kind]> };
}[keyof Codecs];

/** A type or version that came after 4.3. */
export interface UnknownMetadataRecord {
  readonly kind: 'unknown';
  /** The type's name if only the version is unknown. */
  readonly name: string;
  readonly version: number;
}

const byApiKey = new Map<number, { readonly kind: keyof Codecs; readonly codec: MessageCodec<unknown, unknown> }>(
  Object.entries(CODECS).map(([kind, codec]) => [codec.apiKey ?? -1, { kind: kind as keyof Codecs, codec }]),
);

const FRAME_VERSION = 1;

/** Reads a record's value: frame version, type, version of the type, content. @throws ProtocolError */
export function decodeMetadataRecord(value: Buffer): MetadataRecord | UnknownMetadataRecord {
  const reader = new Reader(value);
  const frameVersion = reader.unsignedVarint('frameVersion');
  if (frameVersion > FRAME_VERSION) return { kind: 'unknown', name: `frame ${frameVersion}`, version: frameVersion };
  const apiKey = reader.unsignedVarint('type');
  const version = reader.unsignedVarint('version');
  const known = byApiKey.get(apiKey);
  if (known === undefined) return { kind: 'unknown', name: `type ${apiKey}`, version };
  const { kind, codec } = known;
  if (version < codec.versionMin || version > codec.versionMax) return { kind: 'unknown', name: codec.name, version };
  return { kind, value: codec.decode(reader, version) } as MetadataRecord;
}

/** The other way, for tests: in the newest version. */
export function encodeMetadataRecord(record: MetadataRecordInput): Buffer {
  const codec = CODECS[record.kind] as MessageCodec<unknown, unknown>;
  const writer = new Writer();
  writer.flexible = true;
  for (const number of [FRAME_VERSION, codec.apiKey ?? 0, codec.versionMax]) writer.unsignedVarint(number);
  codec.encode(writer, record.value, codec.versionMax);
  return Buffer.concat(writer.finish());
}
