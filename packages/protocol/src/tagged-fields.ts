import { EMPTY_BYTES } from './empty-bytes.ts';
import type { UnknownTaggedField } from './message-codec.ts';
import type { Reader } from './reader.ts';
import { UnsupportedVersionError } from './unsupported-version-error.ts';
import type { Writer } from './writer.ts';

export interface TaggedFieldsHolder {
  unknownTaggedFields?: UnknownTaggedField[];
}

/** The tagged fields of a struct that has none of its own. */
export function readUnknownTags(reader: Reader, value: TaggedFieldsHolder): void {
  const count = reader.tagCount();
  for (let i = 0; i < count; i++) {
    const tag = reader.unsignedVarint('tag');
    readUnknownTag(reader, value, tag, reader.tagEnd(tag));
  }
}

/** Keeps the tagged field that the reader stands in. */
export function readUnknownTag(reader: Reader, value: TaggedFieldsHolder, tag: number, end: number): void {
  const data = end === reader.position ? EMPTY_BYTES : reader.buffer.subarray(reader.position, end);
  reader.position = end;
  value.unknownTaggedFields ??= [];
  value.unknownTaggedFields.push({ tag, data });
}

type UnknownTags = readonly UnknownTaggedField[] | undefined;

/** The tagged fields of a struct that has none of its own. */
export function writeUnknownTagsOnly(writer: Writer, unknown: UnknownTags): void {
  writer.unsignedVarint(unknown?.length ?? 0);
  writeUnknownTags(writer, unknown, 0);
}

/** Behind the known tagged fields, whose tags are below `tagMin`. */
export function writeUnknownTags(writer: Writer, unknown: UnknownTags, tagMin: number): void {
  if (unknown === undefined) return;
  let previous = tagMin - 1;
  for (const { tag, data } of unknown) {
    // KIP-482 wants them in ascending order.
    if (tag <= previous) throw new RangeError(`unknown tagged fields must ascend from ${tagMin}: ${tag}`);
    writer.rawTag(tag, data);
    previous = tag;
  }
}

/** In versions that are not flexible there is no place for tagged fields. */
export function forbidUnknownTags(unknown: UnknownTags, struct: string, version: number): void {
  if (unknown === undefined || unknown.length === 0) return;
  throw new UnsupportedVersionError(`${struct} has tagged fields, and version ${version} does not`);
}
