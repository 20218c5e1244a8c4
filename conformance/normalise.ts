import { newMemberNames } from './member-names.ts';
import { type Session, tagPattern } from './session.ts';
import type { Json, JsonObject } from './wire/decode.ts';

/** Turns what may differ from run to run (ids, addresses, times, order of hash maps) into one form. */
export type Normaliser = { normalise(answer: JsonObject): Json };

/** What is longer is not kept. */
const textLengthMax = 4000;
const internalTopics = new Set(['__consumer_offsets', '__transaction_state', '__share_group_state']);
const zeroUuid = 'AAAAAAAAAAAAAAAAAAAAAA';
/** Sentences for people: only their presence is compared. */
const messageFields = new Set(['errorMessage', 'acknowledgeErrorMessage', 'batchIndexErrorMessage', 'documentation']);
const nodeIdFields = new Set(['nodeId', 'leaderId', 'controllerId', 'brokerId', 'replicaId', 'preferredReadReplica']);
const nodeListFields = new Set(['replicaNodes', 'isrNodes', 'offlineReplicas', 'brokerIds']);
/** Values that are the machine's, not the broker's. */
const opaqueFields: Readonly<Record<string, string>> = {
  host: '<host>',
  port: '<port>',
  rootDirectory: '<dir>',
  totalBytes: '<bytes>',
  usableBytes: '<bytes>',
  finalizedFeaturesEpoch: '<epoch>',
  throttleTimeMs: '<throttle>',
};
/** Broker settings that hold addresses and paths. */
const machineConfigs = new Set([
  'log.dirs',
  'log.dir',
  'metadata.log.dir',
  'listeners',
  'advertised.listeners',
  'controller.quorum.voters',
  'controller.quorum.bootstrap.servers',
  'broker.id',
  'node.id',
]);
/** An array's elements are told apart, and sorted, by the first of these that they have (all that they have, in order). */
const identityFields = [
  'apiKey',
  'resourceType',
  'resourceName',
  'name',
  'topicName',
  'topic',
  'topicId',
  'configName',
  'partitionIndex',
  'partition',
  'index',
  'nodeId',
  'brokerId',
  'groupId',
  'key',
  'producerId',
  'memberId',
  'logDir',
  'groupInstanceId',
];

/** Lists of names and numbers whose order says nothing. */
const setFields = new Set(['partitions', 'subscribedTopicNames']);

export function newNormaliser(session: Session, tag: string, opaqueHere: readonly string[]): Normaliser {
  const fetchSessions: Json[] = [];
  const members = newMemberNames();
  const hexTag = Buffer.from(tag).toString('hex');
  /** Of another case or run; or one of the topics that Kafka makes for itself once somebody asks for a coordinator. */
  const isForeign = (item: Json): boolean => {
    if (isObject(item) && internalTopics.has(String(item.name ?? item.topicName ?? item.resourceName))) return true;
    const texts = typeof item === 'string' ? [item] : isObject(item) ? Object.values(item) : [];
    return texts.some((text) => typeof text === 'string' && (tagPattern.exec(text)?.[0] ?? tag) !== tag);
  };

  const visit = (value: Json, field: string): Json => {
    if (Array.isArray(value)) return visitArray(value, field);
    if (isObject(value)) return visitObject(value);
    if (typeof value === 'string') return visitString(value, field);
    if (typeof value === 'number') return visitNumber(value, field);
    return value;
  };
  const visitArray = (items: Json[], field: string): Json => {
    const own = items.filter((item) => !isForeign(item)).map((item) => visit(item, field));
    return field === 'records' ? own : sorted(own, setFields.has(field));
  };
  const visitObject = (value: JsonObject): Json => {
    const visited = Object.entries(value).map(([name, item]) => [name, visit(item, name)]);
    const isPlace = machineConfigs.has(String(value.name)) && typeof value.value === 'string';
    return Object.fromEntries(isPlace ? [...visited, ['value', '<machine>']] : visited);
  };
  const visitString = (text: string, field: string): Json => {
    if (text.length > textLengthMax) return `<${text.length} characters>`;
    if (messageFields.has(field)) return text === '' ? '' : '<text>';
    const opaque = opaqueFields[field];
    if (opaque !== undefined) return opaque;
    if (field === 'logDir') return `<dir ${session.logDirs.indexOf(text)}>`;
    if (text === session.clusterId) return '<cluster>';
    const member = members.nameOf(text, field);
    if (member !== undefined) return member.replaceAll(tag, '');
    if (field.toLowerCase().endsWith('id') && text.length === 22) return uuidName(text);
    // Bytes are shown in hexadecimal, and may hold names.
    return text.replaceAll(tag, '').replaceAll(hexTag, '');
  };
  const uuidName = (id: string): string => {
    if (id === zeroUuid) return '<zero>';
    const name = session.topicNameOf(id);
    return name === undefined ? '<uuid>' : `<id of ${name.replaceAll(tag, '')}>`;
  };
  const visitNumber = (value: number, field: string): Json => {
    if (value >= 0 && opaqueFields[field] !== undefined) return opaqueFields[field];
    if (opaqueHere.includes(field)) return '<number>';
    if (value === session.nodeId && (nodeIdFields.has(field) || nodeListFields.has(field))) return '<node>';
    if (field === 'sessionId' && value !== 0) {
      if (!fetchSessions.includes(value)) fetchSessions.push(value);
      return `<session ${fetchSessions.indexOf(value) + 1}>`;
    }
    if (field === 'producerId') {
      const number = session.producerNumber(value);
      return number === undefined ? value : `<producer ${number + 1}>`;
    }
    return timeName(value, session.timeBase);
  };
  return { normalise: (answer) => visit(answer, '') };
}

/** Scripts write timestamps within a thousand seconds of the base, which lies an hour back; the rest is the clock. */
function timeName(value: number, timeBase: number): Json {
  const sinceBase = value - timeBase;
  if (Math.abs(sinceBase) <= 1_000_000) return `T+${sinceBase}`;
  return sinceBase > 0 && sinceBase < 2 * 86_400_000 ? '<now>' : value;
}

function sorted(items: Json[], isSet: boolean): Json[] {
  if (!items.every(isObject)) return isSet ? items.toSorted(compareScalars) : items;
  const keyOf = (item: JsonObject) =>
    identityFields
      .flatMap((name) => (name in item ? [item[name]] : []))
      .map(sortable)
      .join('\u0000');
  return items.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : 0));
}

function compareScalars(a: Json, b: Json): number {
  return sortable(a) < sortable(b) ? -1 : 1;
}

function sortable(value: Json | undefined): string {
  return typeof value === 'number' ? String(value + 1e9).padStart(20, '0') : String(value);
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
