import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Kafka's message definitions, interpreted at run time. The judge does not share the generated codecs with the judged:
 * an error in them would cancel itself out here.
 */
export type Field = {
  readonly name: string;
  readonly type: string;
  readonly versions: Range;
  readonly nullable: Range;
  readonly tagged: Range;
  readonly tag: number;
  readonly default: string | undefined;
  /** Overrides the message's flexible versions (the request header's client id is never compact). */
  readonly flexible: Range | undefined;
  readonly fields: readonly Field[];
};

export type Message = {
  readonly apiKey: number;
  readonly name: string;
  readonly versions: Range;
  /** The highest version that a broker advertises without unstable ones enabled. */
  readonly latestStable: number;
  readonly flexible: Range;
  readonly fields: readonly Field[];
};

export type Range = { readonly min: number; readonly max: number };

type RawField = {
  name: string;
  type: string;
  versions: string;
  nullableVersions?: string;
  taggedVersions?: string;
  tag?: number;
  default?: string;
  flexibleVersions?: string;
  fields?: RawField[];
};
type RawMessage = {
  apiKey?: number;
  type: string;
  name: string;
  validVersions: string;
  flexibleVersions?: string;
  latestVersionUnstable?: boolean;
  fields?: RawField[];
  commonStructs?: { name: string; fields: RawField[] }[];
};

const never: Range = { min: 1, max: 0 };
const specDir = join(import.meta.dirname, '../../packages/protocol/spec/messages');

const messages = new Map<string, Message>();
for (const file of readdirSync(specDir)) {
  if (!file.endsWith('.json')) continue;
  const raw = JSON.parse(readFileSync(join(specDir, file), 'utf8')) as RawMessage;
  messages.set(raw.name, toMessage(raw));
}

/** `schemaOf('FetchRequest')` */
export function schemaOf(name: string): Message {
  const message = messages.get(name);
  if (message === undefined) throw new Error(`no message is called ${name}`);
  return message;
}

export function includes(range: Range, version: number): boolean {
  return version >= range.min && version <= range.max;
}

function toMessage(raw: RawMessage): Message {
  const structs = new Map((raw.commonStructs ?? []).map((struct) => [struct.name, struct.fields]));
  const versions = toRange(raw.validVersions);
  return {
    apiKey: raw.apiKey ?? -1,
    name: raw.name,
    versions,
    latestStable: raw.latestVersionUnstable === true ? versions.max - 1 : versions.max,
    flexible: toRange(raw.flexibleVersions),
    fields: (raw.fields ?? []).map((field) => toField(field, structs)),
  };
}

function toField(raw: RawField, structs: ReadonlyMap<string, RawField[]>): Field {
  const fields = raw.fields ?? structs.get(raw.type.replace('[]', '')) ?? [];
  return {
    name: raw.name.charAt(0).toLowerCase() + raw.name.slice(1),
    type: raw.type,
    versions: toRange(raw.versions),
    nullable: toRange(raw.nullableVersions),
    tagged: toRange(raw.taggedVersions),
    tag: raw.tag ?? -1,
    default: raw.default,
    flexible: raw.flexibleVersions === undefined ? undefined : toRange(raw.flexibleVersions),
    fields: fields.map((field) => toField(field, structs)),
  };
}

function toRange(text: string | undefined): Range {
  if (text === undefined || text === 'none') return never;
  const match = /^(\d+)(?:(\+)|-(\d+))?$/.exec(text);
  if (match === null) throw new Error(`not a version range: ${text}`);
  const min = Number(match[1]);
  if (match[2] === '+') return { min, max: 0x7fff };
  return { min, max: match[3] === undefined ? min : Number(match[3]) };
}
