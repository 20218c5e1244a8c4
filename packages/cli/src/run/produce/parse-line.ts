export interface LineFormat {
  /** What stands between key and value; without it a line is a value. */
  readonly keySeparator: Buffer | undefined;
  /** A key or value that is exactly this is null. */
  readonly nullText: Buffer | undefined;
}

export interface ParsedLine {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

/** A line as a record; undefined when the key separator is missing. The first separator counts. */
export function parseLine(line: Buffer, { keySeparator, nullText }: LineFormat): ParsedLine | undefined {
  if (keySeparator === undefined) return { key: null, value: orNull(line, nullText) };
  const at = line.indexOf(keySeparator);
  if (at === -1) return undefined;
  return {
    key: orNull(line.subarray(0, at), nullText),
    value: orNull(line.subarray(at + keySeparator.length), nullText),
  };
}

function orNull(bytes: Buffer, nullText: Buffer | undefined): Buffer | null {
  return nullText?.equals(bytes) ? null : bytes;
}
