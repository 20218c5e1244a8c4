export const LINE_WIDTH_MAX = 120;

export function indent(line: string): string {
  return line === '' ? '' : `  ${line}`;
}

/**
 * Breaks a line of a function's body that is too long as Biome would. The generated code needs this for conditional
 * statements, the values of properties and constants, and calls.
 */
export function wrapStatement(line: string): string[] {
  if (indent(line).length <= LINE_WIDTH_MAX) return [line];
  const margin = /^\s*/.exec(line)?.[0] ?? '';
  const [, head, rest] = splitHead(line) ?? [];
  if (head !== undefined && rest !== undefined) return [head, ...wrapStatement(`${margin}  ${rest}`)];
  const [, start, parameters] = /^(\s*\w+\()(.*)\);$/.exec(line) ?? [];
  if (start === undefined || parameters === undefined) return [line];
  return [start, ...parameters.split(', ').map((parameter) => `${margin}  ${parameter},`), `${margin});`];
}

/** `if (condition) statement`, `property: a ? b : c` or `const name = value`. */
function splitHead(line: string): RegExpExecArray | null {
  return (
    /^(\s*(?:else )?if \(.*?\)) (throw .*|writer.*|\w+\(.*)$/.exec(line) ??
    /^(\s*\w+:) (.* \? .*)$/.exec(line) ??
    /^(\s*const \w+ =) (.*)$/.exec(line)
  );
}
