import assert from 'node:assert/strict';
import fs from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { openFile } from './file.ts';

const root = await mkdtemp(join(tmpdir(), 'sluice-file-'));
after(() => rm(root, { recursive: true, force: true }));

it('carries on after short writes, wherever they stop', async (context) => {
  // Stands in for a system that takes at most five bytes a call.
  context.mock.method(
    fs,
    'writev',
    (descriptor: number, buffers: Uint8Array[], position: number, done: (error: null, count: number) => void) => {
      const bytes = Buffer.concat(buffers).subarray(0, 5);
      done(null, fs.writeSync(descriptor, bytes, 0, bytes.length, position));
    },
  );
  context.mock.method(
    fs,
    'write',
    (
      descriptor: number,
      buffer: Uint8Array,
      start: number,
      length: number,
      position: number,
      done: (error: null, count: number) => void,
    ) => done(null, fs.writeSync(descriptor, buffer, start, Math.min(length, 5), position)),
  );
  for (const sizes of [[1], [12], [5, 5], [3, 4, 0, 9], [0, 0, 11, 0], [2, 2, 2, 2, 2, 2], [5, 0, 0]]) {
    const buffers = sizes.map((size, index) => Buffer.alloc(size, 97 + index));
    const file = await openFile(join(root, sizes.join('-')), 'create');
    await file.writev(buffers, 3);
    const target = Buffer.alloc(100);
    const count = await file.read(target, 3);
    assert.equal(target.toString('latin1', 0, count), Buffer.concat(buffers).toString('latin1'));
    await file.close();
  }
});

it('leaves the buffers and their list as they were', async () => {
  const file = await openFile(join(root, 'untouched'), 'create');
  const buffers = Array.from({ length: 1500 }, (_, index) => Buffer.from([index & 0xff]));
  const before = buffers.map((buffer) => Buffer.from(buffer));
  await file.writev(buffers, 0);
  assert.deepEqual(buffers, before);
  await file.close();
});
