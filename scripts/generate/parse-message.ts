import { lowerFirst } from './naming.ts';
import type { ElementType, FieldSpec, FieldType, MessageSpec, PrimitiveType, StructSpec } from './spec.ts';
import { hull, intersect, parseVersions, type Versions } from './versions.ts';

const PRIMITIVES: ReadonlySet<string> = new Set<PrimitiveType>([
  'bool',
  'int8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'float64',
  'string',
  'uuid',
  'bytes',
  'records',
]);

/** Fields whose int64 is a hash: half of all values are beyond what a number holds. */
const HASHES: ReadonlySet<string> = new Set(['MetadataHash']);

/** A definition as it stands in `packages/protocol/spec`. */
export interface RawMessage {
  readonly apiKey?: number;
  readonly type: string;
  readonly name: string;
  readonly validVersions: string;
  readonly flexibleVersions?: string;
  readonly fields?: readonly RawField[];
  readonly commonStructs?: readonly RawStruct[];
}

interface RawStruct {
  readonly name: string;
  readonly fields: readonly RawField[];
}

interface RawField {
  readonly name: string;
  readonly type: string;
  readonly versions?: string;
  readonly nullableVersions?: string;
  readonly taggedVersions?: string;
  readonly flexibleVersions?: string;
  readonly tag?: number;
  readonly default?: string | number | boolean | null;
  readonly ignorable?: boolean;
  readonly fields?: readonly RawField[];
}

/** Undefined for a message of which no version is left. */
export function parseMessage(raw: RawMessage, folder: string): MessageSpec | undefined {
  const versions = parseVersions(raw.validVersions);
  if (versions === undefined) return undefined;
  const rawStructs = collectRawStructs(raw);
  const structVersions = collectStructVersions(raw, rawStructs, versions);
  const structs: StructSpec[] = [];
  for (const [name, fields] of rawStructs) {
    const inVersions = structVersions.get(name);
    // A struct that only versions of the past had.
    if (inVersions === undefined) continue;
    structs.push({ name, versions: inVersions, fields: parseFields(fields, inVersions) });
  }
  return {
    name: raw.name,
    type: raw.type,
    apiKey: raw.apiKey,
    versions,
    flexible: intersect(parseVersions(raw.flexibleVersions ?? 'none'), versions),
    structs,
    folder,
  };
}

/** Definitions nest structs in the field that first uses them, or list them as common. */
function collectRawStructs(raw: RawMessage): Map<string, readonly RawField[]> {
  const structs = new Map<string, readonly RawField[]>();
  const add = (name: string, fields: readonly RawField[]): void => {
    if (structs.has(name)) throw new Error(`${raw.name}: struct ${name} is defined twice`);
    structs.set(name, fields);
    for (const field of fields) {
      const struct = structOf(parseType(field.type));
      if (struct !== undefined && field.fields !== undefined) add(struct, field.fields);
    }
  };
  add(raw.name, raw.fields ?? []);
  for (const common of raw.commonStructs ?? []) add(common.name, common.fields);
  return structs;
}

function collectStructVersions(
  raw: RawMessage,
  structs: ReadonlyMap<string, readonly RawField[]>,
  valid: Versions,
): Map<string, Versions> {
  const found = new Map<string, Versions>();
  const visit = (name: string, versions: Versions): void => {
    const fields = structs.get(name);
    if (fields === undefined) throw new Error(`${raw.name}: no struct ${name}`);
    const wider = hull(found.get(name), versions);
    if (wider !== undefined) found.set(name, wider);
    for (const field of fields) {
      const inner = intersect(versionsOf(field), versions);
      const struct = structOf(parseType(field.type));
      if (struct !== undefined && inner !== undefined) visit(struct, inner);
    }
  };
  visit(raw.name, valid);
  return found;
}

function parseFields(fields: readonly RawField[], context: Versions): FieldSpec[] {
  const parsed: FieldSpec[] = [];
  for (const field of fields) {
    const versions = intersect(versionsOf(field), context);
    if (versions === undefined) continue;
    parsed.push({
      name: lowerFirst(field.name),
      type: HASHES.has(field.name) ? { kind: 'primitive', name: 'hash64' } : parseType(field.type),
      versions,
      nullable: intersect(parseVersions(field.nullableVersions ?? 'none'), versions),
      tag: field.tag,
      tagged: intersect(parseVersions(field.taggedVersions ?? 'none'), versions),
      ignorable: field.ignorable === true,
      explicitDefault: field.default === undefined || field.default === null ? undefined : String(field.default),
      flexible: field.flexibleVersions !== 'none',
    });
  }
  return parsed;
}

function versionsOf(field: RawField): Versions | undefined {
  const text = field.versions ?? field.taggedVersions;
  if (text === undefined) throw new Error(`field ${field.name} has no versions`);
  return parseVersions(text);
}

function parseType(text: string): FieldType {
  if (text.startsWith('[]')) return { kind: 'array', element: parseElement(text.slice(2)) };
  return parseElement(text);
}

function parseElement(text: string): ElementType {
  if (isPrimitive(text)) return { kind: 'primitive', name: text };
  if (!/^[A-Z]/.test(text)) throw new Error(`no type: ${text}`);
  return { kind: 'struct', name: text };
}

function isPrimitive(text: string): text is PrimitiveType {
  return PRIMITIVES.has(text);
}

function structOf(type: FieldType): string | undefined {
  const element = type.kind === 'array' ? type.element : type;
  return element.kind === 'struct' ? element.name : undefined;
}
