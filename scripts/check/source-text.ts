/**
 * The code of a TypeScript file with comments, strings and regular expressions blanked out, each character at its old
 * place. What rules look for is then never found in prose. Template literals keep the code between `${` and `}`.
 */
export function maskCode(text: string): string {
  const masked = text.split('');
  const blank = (from: number, to: number) => {
    for (let index = from; index < to; index++) if (masked[index] !== '\n') masked[index] = ' ';
  };
  /** Depth of braces at which a template literal goes on. */
  const templateDepths: number[] = [];
  let depth = 0;
  let index = 0;
  while (index < text.length) {
    const character = text.charAt(index);
    const pair = text.slice(index, index + 2);
    let end = index + 1;
    if (pair === '//') {
      end = endOrLength(text, text.indexOf('\n', index));
      blank(index, end);
    } else if (pair === '/*') {
      end = endOrLength(text, text.indexOf('*/', index + 2) + 2, 2);
      blank(index, end);
    } else if (character === "'" || character === '"') {
      end = stringEnd(text, index + 1, character);
      blank(index + 1, end - 1);
    } else if (character === '`' || (character === '}' && templateDepths.at(-1) === depth)) {
      if (character === '}') templateDepths.pop();
      end = templatePartEnd(text, index + 1);
      blank(index + 1, end - 1);
      if (text.charAt(end - 1) === '{') templateDepths.push(depth);
    } else if (character === '/' && startsRegularExpression(masked, index)) {
      end = regularExpressionEnd(text, index + 1);
      blank(index + 1, end - 1);
    } else if (character === '{') depth++;
    else if (character === '}') depth--;
    index = end;
  }
  return masked.join('');
}

export function lineOf(text: string, index: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < index; at = text.indexOf('\n', at + 1)) line++;
  return line;
}

function endOrLength(text: string, index: number, least = 0): number {
  return index < least ? text.length : index;
}

/** Behind the closing quote, or at the end of the line if there is none. */
function stringEnd(text: string, from: number, quote: string): number {
  for (let index = from; index < text.length; index++) {
    const character = text.charAt(index);
    if (character === '\\') index++;
    else if (character === quote || character === '\n') return index + 1;
  }
  return text.length;
}

/** Behind the closing backtick, or behind the `{` of the next `${`. */
function templatePartEnd(text: string, from: number): number {
  for (let index = from; index < text.length; index++) {
    const character = text.charAt(index);
    if (character === '\\') index++;
    else if (character === '`') return index + 1;
    else if (character === '$' && text.charAt(index + 1) === '{') return index + 2;
  }
  return text.length;
}

function regularExpressionEnd(text: string, from: number): number {
  let inClass = false;
  for (let index = from; index < text.length; index++) {
    const character = text.charAt(index);
    if (character === '\\') index++;
    else if (character === '[') inClass = true;
    else if (character === ']') inClass = false;
    else if (character === '\n' || (character === '/' && !inClass)) return index + 1;
  }
  return text.length;
}

/** A slash divides after a value and opens a regular expression after anything else. */
function startsRegularExpression(masked: readonly string[], index: number): boolean {
  let before = index - 1;
  while (before >= 0 && /\s/.test(masked[before] ?? '')) before--;
  const character = masked[before];
  if (character === undefined) return true;
  if (/[\w$]/.test(character)) {
    const word = /[\w$]+$/.exec(masked.slice(Math.max(0, before - 12), before + 1).join(''))?.[0] ?? '';
    return /^(return|typeof|case|in|of|do|else|void|delete|yield|await|throw)$/.test(word);
  }
  return !/[)\]'"`}]/.test(character);
}
