/**
 * What it takes to compile a pattern and to match it, told from its text alone: an engine that expands counted
 * repetitions has spent the time before it could say so.
 */
export interface PatternWeight {
  /**
   * Parts of the pattern that can be under way at the same time, repetitions multiplied out: all but plain text that is
   * not repeated.
   */
  readonly parts: number;
  /** Unicode properties, and characters of classes outside of ASCII: each is a table to be built. */
  readonly unicodeTerms: number;
}

/** Of one sequence: a group, or the whole pattern. */
interface Sequence {
  parts: number;
  plain: number;
  /** The atom that a repetition would repeat. */
  last: { parts: number; plain: number };
}

const REPETITION = /\{(\d+)(,(\d*))?\}/y;
/** Kafka's topic names have no others. */
const ASCII_MAX = 0x7f;

/** Invalid patterns get some weight too: telling what is valid is for the engine. */
export function weighPattern(pattern: string): PatternWeight {
  const open: Sequence[] = [];
  let current = emptySequence();
  let unicodeTerms = 0;
  let position = 0;

  function atom(parts: number, plain: number): void {
    current.parts += parts;
    current.plain += plain;
    current.last = { parts, plain };
  }

  function repeat(count: number): void {
    const { last } = current;
    const parts = count === 1 ? last.parts + 1 : (last.parts + last.plain + 1) * count;
    const plain = count === 1 ? last.plain : 0;
    current.parts += parts - last.parts;
    current.plain += plain - last.plain;
    current.last = { parts, plain };
  }

  function closeGroup(): void {
    const inner = current;
    current = open.pop() ?? emptySequence();
    atom(inner.parts + 1, inner.plain);
  }

  while (position < pattern.length) {
    const char = pattern.charAt(position);
    if (char === '\\') {
      const escaped = escapeAt(pattern, position);
      if (escaped.isProperty) unicodeTerms++;
      atom(escaped.plain > 0 ? 0 : 1, escaped.plain);
      position = escaped.end;
    } else if (char === '[') {
      const characterClass = classAt(pattern, position);
      unicodeTerms += characterClass.unicodeTerms;
      atom(1, 0);
      position = characterClass.end;
    } else if (char === '{') {
      const repetition = repetitionAt(pattern, position);
      if (repetition === undefined) atom(0, 1);
      else repeat(repetition.count);
      position = repetition?.end ?? position + 1;
    } else {
      position++;
      if (char === '(') {
        open.push(current);
        current = emptySequence();
      } else if (char === ')') closeGroup();
      else if (char === '*' || char === '+' || char === '?') repeat(1);
      else if (char === '.' || char === '^' || char === '$' || char === '|') atom(1, 0);
      else atom(0, 1);
    }
  }
  while (open.length > 0) closeGroup();
  return { parts: current.parts, unicodeTerms };
}

function emptySequence(): Sequence {
  return { parts: 0, plain: 0, last: { parts: 0, plain: 0 } };
}

interface Escape {
  readonly end: number;
  /** How many characters it stands for literally; of a class or an assertion none. */
  readonly plain: number;
  readonly isProperty: boolean;
}

function escapeAt(pattern: string, start: number): Escape {
  const char = pattern.charAt(start + 1);
  if (char === 'Q') {
    const close = pattern.indexOf('\\E', start + 2);
    const textEnd = close === -1 ? pattern.length : close;
    return { end: close === -1 ? textEnd : close + 2, plain: textEnd - start - 2, isProperty: false };
  }
  const isProperty = char === 'p' || char === 'P';
  if ((isProperty || char === 'x') && pattern.charAt(start + 2) === '{') {
    const close = pattern.indexOf('}', start);
    return { end: close === -1 ? pattern.length : close + 1, plain: isProperty ? 0 : 1, isProperty };
  }
  return { end: start + 2, plain: /[a-zA-Z]/.test(char) ? 0 : 1, isProperty };
}

function classAt(pattern: string, start: number): { end: number; unicodeTerms: number } {
  let unicodeTerms = 0;
  let position = start + 1;
  if (pattern.charAt(position) === '^') position++;
  // A bracket that would close an empty class is one of its characters.
  if (pattern.charAt(position) === ']') position++;
  while (position < pattern.length) {
    const char = pattern.charAt(position);
    if (char === ']') return { end: position + 1, unicodeTerms };
    const posixEnd = char === '[' && pattern.charAt(position + 1) === ':' ? pattern.indexOf(':]', position + 2) : -1;
    if (posixEnd !== -1) position = posixEnd + 2;
    else if (char === '\\') {
      const escaped = escapeAt(pattern, position);
      const char = pattern.charAt(position + 1);
      if (escaped.isProperty || char === 'x') unicodeTerms++;
      position = char === 'Q' ? position + 2 : escaped.end;
    } else {
      if (char.charCodeAt(0) > ASCII_MAX) unicodeTerms++;
      position++;
    }
  }
  return { end: pattern.length, unicodeTerms };
}

/** `{n}`, `{n,}` or `{n,m}`, as how many copies it expands to; any other brace stands for itself. */
function repetitionAt(pattern: string, start: number): { count: number; end: number } | undefined {
  REPETITION.lastIndex = start;
  const found = REPETITION.exec(pattern);
  if (found === null) return undefined;
  const [text, least, range, most] = found;
  const copies = range === undefined ? Number(least) : most === '' ? Number(least) + 1 : Number(most);
  return { count: Math.max(copies, Number(least), 1), end: start + text.length };
}
