import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { cliReference } from './cli-reference-text.ts';

it('the reference of the command line is what its definitions say today', () => {
  const written = readFileSync(join(import.meta.dirname, '../../docs/reference/cli.md'), 'utf8');
  assert.equal(written, cliReference());
});

it('names no path of the machine that it was made on', () => {
  assert(!cliReference().includes(process.cwd()));
});
