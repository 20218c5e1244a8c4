import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isCovered } from './difference.ts';
import { differencesPage } from './differences-page.ts';

test('docs/differences.md is made from the table', () => {
  const page = readFileSync(join(import.meta.dirname, '../docs/differences.md'), 'utf8');
  assert.equal(page, differencesPage(), 'run node conformance/write-page.ts');
});

const finding = { file: '00-produce', caseName: 'x', version: 9, path: '0.errorMessage', kafka: null, here: '<text>' };
const difference = { title: '', kafka: '', sluice: '', reason: '' };

test('a place covers a finding only when all that it says matches', () => {
  const covers = (place: object) => isCovered(finding, { ...difference, places: [place] });
  assert.ok(covers({}));
  assert.ok(covers({ file: '00-', case: /^x$/, path: /errorMessage$/, kafka: /^null$/, here: /text/ }));
  assert.ok(!covers({ file: '01-' }));
  assert.ok(!covers({ case: /y/ }));
  assert.ok(!covers({ path: /errorCode/ }));
  assert.ok(!covers({ kafka: /text/ }));
  assert.ok(!covers({ here: /^undefined$/ }));
});
