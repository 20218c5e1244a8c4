import { defaultOf } from './defaults.ts';
import { nonDefault } from './emit-non-default.ts';
import type { GeneratedFunction } from './source.ts';
import { type MessageSpec, type StructSpec, structNamed } from './spec.ts';

/** For structs that are somebody's default: one with all fields at theirs, and the test for it. */
export function emitDefaults(message: MessageSpec, bodies: string): GeneratedFunction[] {
  const functions: GeneratedFunction[] = [];
  for (const struct of defaultStructs(message)) {
    if (bodies.includes(`default${struct.name}()`)) functions.push(emitDefault(struct));
    if (bodies.includes(`isDefault${struct.name}(`)) functions.push(emitIsDefault(message, struct));
  }
  return functions;
}

function defaultStructs(message: MessageSpec): StructSpec[] {
  const names = new Set<string>();
  const visit = (struct: StructSpec): void => {
    for (const { type, explicitDefault } of struct.fields) {
      if (type.kind === 'struct' && explicitDefault !== 'null') names.add(type.name);
    }
  };
  message.structs.forEach(visit);
  return [...names].map((name) => structNamed(message, name));
}

function emitDefault(struct: StructSpec): GeneratedFunction {
  const fields = struct.fields.map((field) => `${field.name}: ${defaultOf(field)}`).join(', ');
  const line = `return { ${fields} };`;
  const body =
    line.length < 100
      ? [line]
      : ['return {', ...struct.fields.map((field) => `  ${field.name}: ${defaultOf(field)},`), '};'];
  return { name: `default${struct.name}`, parameters: [], returns: struct.name, body };
}

function emitIsDefault(message: MessageSpec, struct: StructSpec): GeneratedFunction {
  const lines = struct.fields.map((field) => `if (${nonDefault(struct, field)}) return false;`);
  const last =
    message.flexible === undefined ? 'return true;' : 'return (value.unknownTaggedFields?.length ?? 0) === 0;';
  return {
    name: `isDefault${struct.name}`,
    parameters: [`value: ${struct.name}Input`],
    returns: 'boolean',
    body: [...lines, last],
  };
}
