import { indent, LINE_WIDTH_MAX, wrapStatement } from './wrap.ts';

/** A function of a generated file. */
export interface GeneratedFunction {
  readonly name: string;
  /** Without `version`, which is the last one where the body needs it. */
  readonly parameters: readonly string[];
  readonly returns: string;
  readonly body: readonly string[];
}

/**
 * A call of a generated function. The version is passed only to functions that depend on it, which is known once
 * all are there: until then a mark stands in its place.
 */
export function call(name: string, ...parameters: readonly string[]): string {
  return `${name}(${[...parameters, `«${name}»`].join(', ')})`;
}

/** The functions' text, with the marks resolved. */
export function printFunctions(functions: readonly GeneratedFunction[]): string {
  const versioned = findVersioned(functions);
  return functions
    .map((fn) => {
      const parameters = versioned.has(fn.name) ? [...fn.parameters, 'version: number'] : fn.parameters;
      const body = fn.body.map((line) => resolveMarks(line, versioned)).flatMap(wrapStatement);
      return [printSignature(fn, parameters), ...body.map(indent), '}', ''].join('\n');
    })
    .join('\n');
}

function resolveMarks(line: string, versioned: ReadonlySet<string>): string {
  return line.replace(/(, )?«(\w+)»/g, (_, comma: string | undefined, name: string) =>
    versioned.has(name) ? `${comma ?? ''}version` : '',
  );
}

/** Functions whose body uses `version`, themselves or through what they call. */
function findVersioned(functions: readonly GeneratedFunction[]): Set<string> {
  const versioned = new Set<string>();
  for (let before = -1; before !== versioned.size; ) {
    before = versioned.size;
    for (const { name, body } of functions) {
      if (body.some((line) => usesVersion(line, versioned))) versioned.add(name);
    }
  }
  return versioned;
}

function usesVersion(line: string, versioned: ReadonlySet<string>): boolean {
  if (/(?<![.\w'])version\b(?!['\w:])/.test(line)) return true;
  return [...line.matchAll(/«(\w+)»/g)].some(([, name]) => name !== undefined && versioned.has(name));
}

function printSignature(fn: GeneratedFunction, parameters: readonly string[]): string {
  const line = `function ${fn.name}(${parameters.join(', ')}): ${fn.returns} {`;
  if (line.length <= LINE_WIDTH_MAX) return line;
  return [`function ${fn.name}(`, ...parameters.map((parameter) => `  ${parameter},`), `): ${fn.returns} {`].join('\n');
}
