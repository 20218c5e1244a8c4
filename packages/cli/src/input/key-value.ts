/** `name=value`; the value may be empty and may hold further `=`. Undefined when there is no name. */
export function parseKeyValue(text: string): readonly [string, string] | undefined {
  const equals = text.indexOf('=');
  if (equals < 1) return undefined;
  return [text.slice(0, equals).trim(), text.slice(equals + 1)];
}

/** `\t`, `\n`, `\0`, `\\` and `\xNN` as people write them on a command line; everything else stays as it is. */
export function unescapeText(text: string): string {
  return text.replace(/\\(?:x([0-9a-fA-F]{2})|([tnr0\\]))/g, (_all, hex: string | undefined, name: string) =>
    hex === undefined ? (ESCAPES[name] ?? '') : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

const ESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', '0': '\0', '\\': '\\' };
