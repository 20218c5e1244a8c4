import { intersect, type Versions } from './versions.ts';

/** The types of Kafka's protocol guide, and `hash64`: an int64 that is no quantity and needs all its bits. */
export type PrimitiveType =
  | 'bool'
  | 'int8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'hash64'
  | 'float64'
  | 'string'
  | 'uuid'
  | 'bytes'
  | 'records';

export type ElementType =
  | { readonly kind: 'primitive'; readonly name: PrimitiveType }
  | { readonly kind: 'struct'; readonly name: string };

export type FieldType = ElementType | { readonly kind: 'array'; readonly element: ElementType };

export interface FieldSpec {
  /** As the generated types call it: Kafka's name with a small first letter. */
  readonly name: string;
  readonly type: FieldType;
  /** Those of the message's valid versions that have the field. */
  readonly versions: Versions;
  readonly nullable: Versions | undefined;
  readonly tag: number | undefined;
  readonly tagged: Versions | undefined;
  readonly ignorable: boolean;
  /** As written in the definition; undefined where it has none (or JSON's null, which Kafka takes for none). */
  readonly explicitDefault: string | undefined;
  /** False for the one string that keeps its int16 length in flexible versions. */
  readonly flexible: boolean;
}

export interface StructSpec {
  readonly name: string;
  readonly fields: readonly FieldSpec[];
  /** Those of the message's valid versions in which it occurs. */
  readonly versions: Versions;
}

export interface MessageSpec {
  readonly name: string;
  readonly type: string;
  readonly apiKey: number | undefined;
  readonly versions: Versions;
  readonly flexible: Versions | undefined;
  /** The message itself first, then its structs in the order in which they occur. */
  readonly structs: readonly StructSpec[];
  /** `messages`, or `records/<group>`. */
  readonly folder: string;
}

export function structNamed(message: MessageSpec, name: string): StructSpec {
  const struct = message.structs.find((candidate) => candidate.name === name);
  if (struct === undefined) throw new Error(`${message.name}: no struct ${name}`);
  return struct;
}

/** Those of the struct's versions that have tagged fields. */
export function flexibleVersions(message: MessageSpec, struct: StructSpec): Versions {
  const versions = intersect(message.flexible, struct.versions);
  if (versions === undefined) throw new Error(`${struct.name} has tagged fields and no flexible version`);
  return versions;
}
