const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_STRUCTURE = 0x7b;
const CLOSE_STRUCTURE = 0x7d;

export interface JsonBounds {
  readonly depthMax: number;
  /** Counted by brackets and commas, so that it holds for half as many empty structures. */
  readonly valuesMax: number;
}

/** Whether a JSON text is deeper or has more values than it may, found without building what it says. Strings are leapt over. */
export function isBeyond(text: string, { depthMax, valuesMax }: JsonBounds): boolean {
  let depth = 0;
  let values = 1;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at);
      if (at === -1) return false;
    } else if (code === OPEN_LIST || code === OPEN_STRUCTURE) {
      depth += 1;
      values += 1;
      if (depth > depthMax || values > valuesMax) return true;
    } else if (code === COMMA) {
      values += 1;
      if (values > valuesMax) return true;
    } else if (code === CLOSE_LIST || code === CLOSE_STRUCTURE) {
      depth -= 1;
    }
  }
  return false;
}

/** Where the string's closing quote is: the first one after an even number of backslashes; −1 if there is none. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return end;
  }
  return -1;
}
