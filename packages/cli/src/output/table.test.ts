import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createTestShell } from '../testing/test-shell.ts';
import { styleFor } from './style.ts';
import { type Column, formatPairs, formatTable } from './table.ts';
import { formatBytes, plural } from './units.ts';

interface Row {
  readonly name: string;
  readonly count: number;
}

const COLUMNS: readonly Column<Row>[] = [
  { title: 'NAME', value: ({ name }) => name, wrapAfter: ' ,' },
  { title: 'COUNT', value: ({ count }) => count, align: 'right' },
];
const plain = styleFor(createTestShell().stdout);

describe('tables', () => {
  it('are aligned, numbers to the right, without blanks at the end', () => {
    const rows = [
      { name: 'orders', count: 3 },
      { name: 'a', count: 12_345 },
    ];
    assert.equal(formatTable(rows, COLUMNS, plain, undefined), 'NAME    COUNT\norders      3\na       12345\n');
  });

  it('wrap the columns that may be wrapped when the terminal is narrow', () => {
    const rows = [{ name: 'one,two,three,four,five,six,seven', count: 1 }];
    const lines = formatTable(rows, COLUMNS, plain, 30).trimEnd().split('\n');
    assert(lines.every((line) => line.length <= 30));
    assert.deepEqual(lines.slice(1), ['one,two,three,four,          1', 'five,six,seven']);
  });

  it('cut words that are wider than their column', () => {
    const rows = [{ name: 'x'.repeat(40), count: 1 }];
    const lines = formatTable(rows, COLUMNS, plain, 27).trimEnd().split('\n');
    assert.deepEqual(lines.slice(1), [`${'x'.repeat(20)}      1`, 'x'.repeat(20)]);
  });

  it('leave out the middle of what may be shortened', () => {
    const columns: readonly Column<Row>[] = [
      { title: 'NAME', value: ({ name }) => name, shorten: true },
      { title: 'COUNT', value: ({ count }) => count, align: 'right', look: () => 'red' },
    ];
    const rows = [{ name: 'consumer-0123456789-abcdef', count: 1 }];
    assert.equal(formatTable(rows, columns, plain, 20), 'NAME           COUNT\nconsum…abcdef      1\n');
    assert.equal(formatTable(rows, columns, plain, 5).split('\n')[1], 'cons…cdef      1');
    assert(formatTable(rows, columns, plain, undefined).includes('consumer-0123456789-abcdef'));
    const coloured = formatTable(rows, columns, styleFor(createTestShell({ columns: 80 }).stdout), 80);
    assert(coloured.includes('\u001b[31m    1\u001b[39m'));
  });

  it('are never cut in a pipe', () => {
    const rows = [{ name: 'x'.repeat(400), count: 1 }];
    assert(formatTable(rows, COLUMNS, plain, undefined).includes('x'.repeat(400)));
  });

  it('have a bold header on a terminal, aligned as without', () => {
    const bold = styleFor(createTestShell({ columns: 80 }).stdout);
    assert.equal(
      formatTable([{ name: 'a', count: 1 }], COLUMNS, bold, 80),
      '\u001b[1mNAME  COUNT\u001b[22m\na         1\n',
    );
    assert.equal(
      formatPairs(
        [
          ['Id', 'x'],
          ['Name', 'y\nz'],
        ],
        plain,
      ),
      'Id    x\nName  y\n      z\n',
    );
  });
});

describe('units', () => {
  it('are for people', () => {
    assert.equal(formatBytes(0), '0 B');
    assert.equal(formatBytes(1023), '1023 B');
    assert.equal(formatBytes(1536), '1.5 KiB');
    assert.equal(plural(1, 'record'), '1 record');
    assert.equal(plural(1_234_567, 'record'), '1,234,567 records');
  });
});
