import fc from 'fast-check';
import {
  type ElementType,
  type FieldSpec,
  type MessageSpec,
  type PrimitiveType,
  type StructSpec,
  structNamed,
} from '../../../../scripts/generate/spec.ts';
import { includes } from '../../../../scripts/generate/versions.ts';
import { INT64_MAX } from '../int64.ts';
import { defaultValue } from './spec-defaults.ts';

/** Larger ones are rare in real messages; a few elements are enough to get counts and order wrong. */
const ELEMENT_COUNT_MAX = 3;

const bytes: fc.Arbitrary<Buffer> = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
const uuid = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((array) => Buffer.from(array).toString('base64url'));
const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.string({ minLength: 120, maxLength: 300 }));
const int64 = fc.oneof(fc.maxSafeInteger(), fc.integer());

const PRIMITIVES: Record<PrimitiveType, fc.Arbitrary<unknown>> = {
  bool: fc.boolean(),
  int8: fc.integer({ min: -0x80, max: 0x7f }),
  int16: fc.integer({ min: -0x8000, max: 0x7fff }),
  uint16: fc.integer({ min: 0, max: 0xffff }),
  int32: fc.integer(),
  uint32: fc.integer({ min: 0, max: 0xffffffff }),
  int64,
  hash64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  float64: fc.double({ noNaN: true }),
  string: text,
  uuid,
  bytes,
  records: bytes,
};

/** Values of the message as decoding `version` yields them: fields that the version lacks are at their default. */
export function arbitraryMessage(message: MessageSpec, version: number): fc.Arbitrary<Record<string, unknown>> {
  return arbitraryStruct(message, structNamed(message, message.name), version);
}

function arbitraryStruct(message: MessageSpec, struct: StructSpec, version: number) {
  const fields = struct.fields.map((field) => [field.name, arbitraryField(message, field, version)]);
  const known: fc.Arbitrary<Record<string, unknown>> = fc.record(Object.fromEntries(fields), {
    noNullPrototype: true,
  });
  if (!includes(message.flexible, version)) return known;
  return fc
    .tuple(known, arbitraryUnknownTags(struct))
    .map(([value, unknownTaggedFields]) =>
      unknownTaggedFields.length === 0 ? value : { ...value, unknownTaggedFields },
    );
}

function arbitraryField(message: MessageSpec, field: FieldSpec, version: number): fc.Arbitrary<unknown> {
  const initial = fc.constant(defaultValue(message, field));
  if (!includes(field.versions, version)) return initial;
  const { type } = field;
  const value =
    type.kind === 'array'
      ? fc.array(arbitraryElement(message, type.element, version), { maxLength: ELEMENT_COUNT_MAX })
      : arbitraryElement(message, type, version);
  const isNullable = includes(field.nullable, version);
  const isLargest = field.explicitDefault === '9223372036854775807';
  return fc.oneof(
    { weight: 8, arbitrary: value },
    { weight: isNullable ? 2 : 0, arbitrary: fc.constant(null) },
    { weight: initialFits(field, isNullable) ? 2 : 0, arbitrary: initial },
    { weight: isLargest ? 2 : 0, arbitrary: fc.constant(INT64_MAX) },
  );
}

/** `records` are null by default even where null cannot be encoded. */
function initialFits(field: FieldSpec, isNullable: boolean): boolean {
  return isNullable || field.type.kind !== 'primitive' || field.type.name !== 'records';
}

function arbitraryElement(message: MessageSpec, type: ElementType, version: number): fc.Arbitrary<unknown> {
  if (type.kind === 'struct') return arbitraryStruct(message, structNamed(message, type.name), version);
  return PRIMITIVES[type.name];
}

function arbitraryUnknownTags(struct: StructSpec): fc.Arbitrary<{ tag: number; data: Buffer }[]> {
  const tagMin = struct.fields.filter(({ tag }) => tag !== undefined).length;
  const tag = fc.integer({ min: tagMin, max: 0x7fffffff });
  const tags = fc.uniqueArray(fc.record({ tag, data: bytes }, { noNullPrototype: true }), {
    maxLength: 2,
    selector: (field) => field.tag,
  });
  return fc.oneof(
    { weight: 8, arbitrary: fc.constant<{ tag: number; data: Buffer }[]>([]) },
    { weight: 1, arbitrary: tags.map((some) => some.sort((a, b) => a.tag - b.tag)) },
  );
}
