import { stripVTControlCharacters } from 'node:util';
import type { Look, Style } from './style.ts';

export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string | number;
  /** Numbers stand right. */
  readonly align?: 'left' | 'right';
  /**
   * Characters after which the cell may be broken into lines where the terminal is too narrow, or else anywhere. Without
   * it the column is never cut.
   */
  readonly wrapAfter?: string;
  /** Where the terminal is too narrow the middle of the cell is left out: for what another command shows whole. */
  readonly shorten?: boolean;
  /** How a cell stands out; undefined: not at all. */
  readonly look?: (row: Row) => Look | undefined;
}

const GAP = '  ';
/** A wrapped column is never narrower than this, whatever the terminal. */
const WRAPPED_WIDTH_MIN = 16;
/** Nor a shortened one than this. */
const SHORTENED_WIDTH_MIN = 9;

/** Lays rows out in columns, a blank gap between them. `columns` is the terminal's width, undefined for a pipe. */
export function formatTable<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  style: Style,
  terminalColumns: number | undefined,
): string {
  const cells = rows.map((row) => columns.map((column) => String(column.value(row))));
  const natural = columns.map((column, index) =>
    Math.max(displayWidth(column.title), ...cells.map((line) => displayWidth(line[index] ?? ''))),
  );
  const widths = fitWidths(natural, columns, terminalColumns);
  const header = columns.map((column, index) => align(column.title, widths[index] ?? 0, column.align));
  const lines = [style('bold', header.join(GAP).trimEnd())];
  for (const [index, line] of cells.entries()) {
    const row = rows[index];
    const looks = columns.map((column) => (row === undefined ? undefined : column.look?.(row)));
    lines.push(...layOutRow(line, columns, widths, looks, style));
  }
  return `${lines.join('\n')}\n`;
}

/** Label and value, the values below each other; a value may have several lines. */
export function formatPairs(pairs: readonly (readonly [string, string | number])[], style: Style): string {
  const width = Math.max(...pairs.map(([label]) => displayWidth(label)));
  const indent = ' '.repeat(width + GAP.length);
  return pairs
    .map(([label, value]) => {
      const lines = String(value).split('\n').join(`\n${indent}`);
      return `${style('bold', label.padEnd(width))}${GAP}${lines}\n`;
    })
    .join('');
}

function layOutRow<Row>(
  line: readonly string[],
  columns: readonly Column<Row>[],
  widths: readonly number[],
  looks: readonly (Look | undefined)[],
  style: Style,
): string[] {
  const parts = line.map((cell, index) => fitCell(cell, widths[index] ?? 0, columns[index]));
  const height = Math.max(...parts.map((part) => part.length));
  const out: string[] = [];
  for (let row = 0; row < height; row++) {
    const cells = parts.map((part, index) => {
      const look = looks[index];
      const text = align(part[row] ?? '', widths[index] ?? 0, columns[index]?.align);
      return look === undefined ? text : style(look, text);
    });
    out.push(cells.join(GAP).trimEnd());
  }
  return out;
}

function fitCell<Row>(cell: string, width: number, column: Column<Row> | undefined): string[] {
  return column?.shorten ? [shortenText(cell, width)] : wrapText(cell, width, column?.wrapAfter ?? '');
}

/** Keeps beginning and end: in an id that is made up of a name and a random part, the end tells two of them apart. */
function shortenText(text: string, width: number): string {
  if (text.length <= width) return text;
  const tail = Math.floor((width - 1) / 2);
  return `${text.slice(0, width - 1 - tail)}…${text.slice(text.length - tail)}`;
}

/** Takes what is too much for the terminal from the columns that may wrap or be shortened, the widest first. */
function fitWidths<Row>(
  natural: readonly number[],
  columns: readonly Column<Row>[],
  terminalColumns: number | undefined,
): number[] {
  const widths = [...natural];
  if (terminalColumns === undefined) return widths;
  let excess = widths.reduce((sum, width) => sum + width, 0) + GAP.length * (widths.length - 1) - terminalColumns;
  while (excess > 0) {
    let widest = -1;
    for (const [index, column] of columns.entries()) {
      const width = widths[index] ?? 0;
      if (width > widthMin(column) && width > (widths[widest] ?? 0)) widest = index;
    }
    if (widest === -1) return widths;
    widths[widest] = (widths[widest] ?? 0) - 1;
    excess--;
  }
  return widths;
}

function widthMin<Row>({ wrapAfter, shorten, title }: Column<Row>): number {
  if (shorten) return Math.max(SHORTENED_WIDTH_MIN, title.length);
  return wrapAfter === undefined ? Number.POSITIVE_INFINITY : WRAPPED_WIDTH_MIN;
}

function wrapText(text: string, width: number, wrapAfter: string): string[] {
  const lines: string[] = [];
  let rest = text;
  while (displayWidth(rest) > width) {
    const cut = cutWithin(rest.slice(0, width), wrapAfter);
    lines.push(rest.slice(0, cut).trimEnd());
    rest = rest.slice(cut).trimStart();
  }
  lines.push(rest);
  return lines;
}

/** Behind the last character that allows it, else at the end. */
function cutWithin(text: string, wrapAfter: string): number {
  const last = Math.max(...[...wrapAfter].map((character) => text.lastIndexOf(character)));
  return last > 0 ? last + 1 : text.length;
}

function align(text: string, width: number, side: 'left' | 'right' = 'left'): string {
  const fill = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return side === 'right' ? fill + text : text + fill;
}

/** Characters on a terminal; wide East Asian characters count as one, which only costs alignment. */
function displayWidth(text: string): number {
  return stripVTControlCharacters(text).length;
}
