const BULLET = '- ';

/** Sentences as a list, broken between words where the terminal ends; `columns` undefined: not broken. */
export function formatBullets(sentences: readonly string[], columns: number | undefined): string {
  return sentences
    .map(
      (sentence) => `${BULLET}${breakLines(sentence, columns, BULLET.length).join(`\n${' '.repeat(BULLET.length)}`)}\n`,
    )
    .join('');
}

/** The lines of a text, none wider than the terminal less `indent`, but for words that are. */
export function breakLines(text: string, columns: number | undefined, indent = 0): string[] {
  if (columns === undefined) return [text];
  const width = columns - indent;
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines;
}
