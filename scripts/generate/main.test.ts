import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { generate } from './generate.ts';

const OUTPUT_DIRECTORY = join(import.meta.dirname, '../../packages/protocol/src/generated');

function run(...parameters: string[]) {
  return spawnSync(process.execPath, [join(import.meta.dirname, 'main.ts'), ...parameters], { encoding: 'utf8' });
}

test('the committed files are current', () => {
  const { status, stderr } = run('--check');
  assert.equal(stderr, '');
  assert.equal(status, 0);
});

test('files that differ, are missing or should not be there are stale, until they are written', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-generate-'));
  t.after(() => rmSync(directory, { recursive: true }));
  cpSync(OUTPUT_DIRECTORY, directory, { recursive: true });
  writeFileSync(join(directory, 'messages/extra.ts'), '');
  writeFileSync(join(directory, 'errors.ts'), '// changed');
  rmSync(join(directory, 'apis.ts'));
  const { status, stderr } = run('--check', '--output', directory);
  assert.equal(status, 1);
  assert.deepEqual(stderr.match(/\S+\.ts/g), ['apis.ts', 'errors.ts', 'messages/extra.ts']);
  assert.equal(run('--output', directory).status, 0);
  assert.equal(run('--check', '--output', directory).status, 0);
  assert.equal(readFileSync(join(directory, 'apis.ts'), 'utf8'), generate().get('apis.ts'));
});
