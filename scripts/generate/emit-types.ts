import { inputType, isOptional, valueType } from './field-types.ts';
import type { MessageSpec, StructSpec } from './spec.ts';

/** The interfaces of a message and its structs: decoded ones, and what encoding takes. */
export function emitTypes(message: MessageSpec): string {
  return message.structs
    .map((struct) => `${emitValueInterface(message, struct)}\n${emitInputInterface(message, struct)}`)
    .join('\n');
}

function emitValueInterface(message: MessageSpec, struct: StructSpec): string {
  const lines = struct.fields.map((field) => `  ${field.name}: ${valueType(field, struct)};`);
  if (message.flexible !== undefined) lines.push('  unknownTaggedFields?: UnknownTaggedField[];');
  return printInterface(struct.name, lines);
}

function emitInputInterface(message: MessageSpec, struct: StructSpec): string {
  const lines = struct.fields.map(
    (field) => `  ${field.name}${isOptional(field, struct) ? '?' : ''}: ${inputType(field, struct)};`,
  );
  if (message.flexible !== undefined) lines.push('  unknownTaggedFields?: readonly UnknownTaggedField[];');
  return printInterface(`${struct.name}Input`, lines);
}

function printInterface(name: string, lines: readonly string[]): string {
  if (lines.length === 0) return `export type ${name} = Record<string, never>;\n`;
  return [`export interface ${name} {`, ...lines, '}', ''].join('\n');
}
