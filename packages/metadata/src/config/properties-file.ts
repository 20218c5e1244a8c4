/**
 * The pairs of a Java properties file, in order: `#` and `!` comments, `=`, `:` or white space between name and value,
 * lines continued by a backslash, \t \n \f \r and \uXXXX escapes.
 */
export function parseProperties(text: string): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  for (const line of logicalLines(text)) {
    const { name, rest } = splitName(line);
    pairs.push([unescaped(name), unescaped(rest)]);
  }
  return pairs;
}

const blank = /^[ \t\f]+/;

/** Without comments and empty lines; continued lines joined. */
function logicalLines(text: string): string[] {
  const lines: string[] = [];
  let open: string | undefined;
  for (const natural of text.split(/\r\n|\r|\n/)) {
    const line = natural.replace(blank, '');
    if (open === undefined && (line === '' || line.startsWith('#') || line.startsWith('!'))) continue;
    const joined: string = (open ?? '') + line;
    const isContinued = (/\\*$/.exec(line)?.[0].length ?? 0) % 2 === 1;
    open = isContinued ? joined.slice(0, -1) : undefined;
    if (!isContinued) lines.push(joined);
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
