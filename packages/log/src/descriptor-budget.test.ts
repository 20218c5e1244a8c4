import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const PARTITIONS = 1_500;
const script = join(import.meta.dirname, 'testing/write-many-logs.ts');

test(`${PARTITIONS} logs are written to at once by a process that may have 1,024 files open`, {
  skip: process.platform !== 'linux',
}, async () => {
  const path = await mkdtemp(join(tmpdir(), 'sluice-descriptors-'));
  try {
    const command = `ulimit -n 1024 && exec "${process.execPath}" "${script}" "${path}" ${PARTITIONS}`;
    const child = spawn('sh', ['-c', command], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    assert.equal(code, 0, output);
    assert.equal(output.trim(), `${PARTITIONS} written, ${PARTITIONS} read again`);
  } finally {
    await rm(path, { recursive: true, force: true });
  }
});
