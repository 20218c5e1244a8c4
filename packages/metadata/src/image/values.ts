import type { NodeId, ProducerId, Uuid } from '@sluice/kernel/ids';
import type { BrokerEndpoint, BrokerState, PartitionState, SecurityProtocol } from './cluster-image.ts';

/** What the store holds under a key is not what we would have written: the cluster cannot go on by guessing. */
export class CorruptValueError extends Error {
  override readonly name = 'CorruptValueError';
  readonly key: string;
  constructor(key: string, what: string) {
    super(`metadata key ${key}: ${what}`);
    this.key = key;
  }
}

export interface ClusterValue {
  readonly clusterId: Uuid;
}
export interface ControllerValue {
  readonly brokerId: NodeId;
}
export interface FeatureValue {
  readonly level: number;
}
export interface ProducerIdsValue {
  readonly next: ProducerId;
}
export interface BrokerValue {
  readonly incarnationId: Uuid;
  readonly endpoints: readonly BrokerEndpoint[];
  readonly rack: string | null;
  readonly logDirs: readonly Uuid[];
}
export interface LiveValue {
  readonly incarnationId: Uuid;
  readonly state: BrokerState;
}
export interface TopicValue {
  readonly name: string;
  readonly partitionCount: number;
}
export interface ConfigValue {
  readonly values: ReadonlyMap<string, string>;
}

/** Values are JSON texts; the encoders take the types, so that nothing else is written under a key. */
export const encodeCluster = (value: ClusterValue): string => JSON.stringify(value);
export const encodeController = (value: ControllerValue): string => JSON.stringify(value);
export const encodeFeature = (value: FeatureValue): string => JSON.stringify(value);
export const encodeProducerIds = (value: ProducerIdsValue): string => JSON.stringify(value);
export const encodeBroker = (value: BrokerValue): string => JSON.stringify(value);
export const encodeLive = (value: LiveValue): string => JSON.stringify(value);
export const encodeTopic = (value: TopicValue): string => JSON.stringify(value);
export const encodePartition = (value: PartitionState): string => JSON.stringify(value);
export const encodeConfig = (values: ReadonlyMap<string, string>): string =>
  JSON.stringify({ values: Object.fromEntries(values) });

export function decodeCluster(key: string, text: string): ClusterValue {
  const fields = parseObject(key, text);
  return { clusterId: stringAt(key, fields, 'clusterId') };
}

export function decodeController(key: string, text: string): ControllerValue {
  const fields = parseObject(key, text);
  return { brokerId: countAt(key, fields, 'brokerId') };
}

export function decodeFeature(key: string, text: string): FeatureValue {
  const fields = parseObject(key, text);
  return { level: countAt(key, fields, 'level') };
}

export function decodeProducerIds(key: string, text: string): ProducerIdsValue {
  const fields = parseObject(key, text);
  return { next: countAt(key, fields, 'next') };
}

export function decodeBroker(key: string, text: string): BrokerValue {
  const fields = parseObject(key, text);
  return {
    incarnationId: stringAt(key, fields, 'incarnationId'),
    endpoints: arrayAt(key, fields, 'endpoints').map((item) => decodeEndpoint(key, item)),
    rack: fields.rack === null ? null : stringAt(key, fields, 'rack'),
    logDirs: stringsAt(key, fields, 'logDirs'),
  };
}

export function decodeLive(key: string, text: string): LiveValue {
  const fields = parseObject(key, text);
  const { state } = fields;
  if (state !== 'fenced' && state !== 'running' && state !== 'shutting-down') {
    throw new CorruptValueError(key, 'state is none that is known');
  }
  return { incarnationId: stringAt(key, fields, 'incarnationId'), state };
}

export function decodeTopic(key: string, text: string): TopicValue {
  const fields = parseObject(key, text);
  return { name: stringAt(key, fields, 'name'), partitionCount: countAt(key, fields, 'partitionCount') };
}

export function decodePartition(key: string, text: string): PartitionState {
  const fields = parseObject(key, text);
  const leader = fields.leader === -1 ? -1 : countAt(key, fields, 'leader');
  const state: PartitionState = {
    replicas: countsAt(key, fields, 'replicas'),
    directories: stringsAt(key, fields, 'directories'),
    isr: countsAt(key, fields, 'isr'),
    elr: countsAt(key, fields, 'elr'),
    leader,
    leaderEpoch: countAt(key, fields, 'leaderEpoch'),
    partitionEpoch: countAt(key, fields, 'partitionEpoch'),
    adding: countsAt(key, fields, 'adding'),
    removing: countsAt(key, fields, 'removing'),
  };
  if (state.replicas.length === 0) throw new CorruptValueError(key, 'no replicas');
  if (state.directories.length !== state.replicas.length) {
    throw new CorruptValueError(key, 'not one directory per replica');
  }
  if (leader !== -1 && !state.replicas.includes(leader)) throw new CorruptValueError(key, 'the leader is no replica');
  return state;
}

export function decodeConfig(key: string, text: string): ConfigValue {
  const values = parseObject(key, text).values;
  if (!isObject(values)) throw new CorruptValueError(key, 'values is no object');
  const entries = new Map<string, string>();
  for (const [name, value] of Object.entries(values)) {
    if (typeof value !== 'string') throw new CorruptValueError(key, `${name} is no text`);
    entries.set(name, value);
  }
  return { values: entries };
}

function decodeEndpoint(key: string, item: unknown): BrokerEndpoint {
  if (!isObject(item)) throw new CorruptValueError(key, 'an endpoint is no object');
  const protocol = item.securityProtocol;
  if (!isSecurityProtocol(protocol)) throw new CorruptValueError(key, 'securityProtocol is none that is known');
  return {
    name: stringAt(key, item, 'name'),
    host: stringAt(key, item, 'host'),
    port: countAt(key, item, 'port'),
    securityProtocol: protocol,
  };
}

function isSecurityProtocol(value: unknown): value is SecurityProtocol {
  return value === 'PLAINTEXT' || value === 'SSL' || value === 'SASL_PLAINTEXT' || value === 'SASL_SSL';
}

type Fields = Readonly<Record<string, unknown>>;

function parseObject(key: string, text: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new CorruptValueError(key, 'no JSON');
  }
  if (!isObject(value)) throw new CorruptValueError(key, 'no object');
  return value;
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function stringAt(key: string, fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string') throw new CorruptValueError(key, `${name} is no text`);
  return value;
}

/** A whole number ≥ 0. */
function countAt(key: string, fields: Fields, name: string): number {
  const value = fields[name];
  if (!isCount(value)) throw new CorruptValueError(key, `${name} is no count`);
  return value;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function arrayAt(key: string, fields: Fields, name: string): readonly unknown[] {
  const value = fields[name];
  if (!Array.isArray(value)) throw new CorruptValueError(key, `${name} is no list`);
  return value;
}

function countsAt(key: string, fields: Fields, name: string): readonly number[] {
  const items = arrayAt(key, fields, name);
  if (!items.every(isCount)) throw new CorruptValueError(key, `${name} has what is no count`);
  return items;
}

function stringsAt(key: string, fields: Fields, name: string): readonly string[] {
  const items = arrayAt(key, fields, name);
  if (!items.every((item) => typeof item === 'string')) throw new CorruptValueError(key, `${name} has what is no text`);
  return items;
}
