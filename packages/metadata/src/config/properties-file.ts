/**
 * The pairs of a Java properties file, in order: `#` and `!` comments, `=`, `:` or white space between name and value,
 * lines continued by a backslash, \t \n \f \r and \uXXXX escapes.
 */
export function parseProperties(text: string): [name: string, value: string][] {
  return parsePropertyLines(text).map(({ name, value }) => [name, value]);
}

export interface PropertyLine {
  readonly name: string;
  readonly value: string;
  /** Where it begins; the first is 1. */
  readonly lineNumber: number;
}

/** As `parseProperties`, with the line that each pair stands in. */
export function parsePropertyLines(text: string): PropertyLine[] {
  return logicalLines(text).map(({ line, lineNumber }) => {
    const { name, rest } = splitName(line);
    return { name: unescaped(name), value: unescaped(rest), lineNumber };
  });
}

const blank = /^[ \t\f]+/;

/** Without comments and empty lines; continued lines joined. */
function logicalLines(text: string): { line: string; lineNumber: number }[] {
  const lines: { line: string; lineNumber: number }[] = [];
  let open: { line: string; lineNumber: number } | undefined;
  for (const [index, natural] of text.split(/\r\n|\r|\n/).entries()) {
    const line = natural.replace(blank, '');
    if (open === undefined && (line === '' || line.startsWith('#') || line.startsWith('!'))) continue;
    const lineNumber: number = open?.lineNumber ?? index + 1;
    const joined: string = (open?.line ?? '') + line;
    const isContinued = (/\\*$/.exec(line)?.[0].length ?? 0) % 2 === 1;
    open = isContinued ? { line: joined.slice(0, -1), lineNumber } : undefined;
    if (!isContinued) lines.push({ line: joined, lineNumber });
  }
  return open === undefined ? lines : [...lines, open];
}

function splitName(line: string): { name: string; rest: string } {
  let end = 0;
  while (end < line.length && !/[=: \t\f]/.test(line.charAt(end))) end += line.charAt(end) === '\\' ? 2 : 1;
  const rest = line.slice(end).replace(/^[ \t\f]*[=:]?[ \t\f]*/, '');
  return { name: line.slice(0, end), rest };
}

const letters: Readonly<Record<string, string>> = { t: '\t', n: '\n', f: '\f', r: '\r' };

function unescaped(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|([\s\S])|$)/g, (_whole, hex: string | undefined, letter = '') =>
    hex === undefined ? (letters[letter] ?? letter) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
