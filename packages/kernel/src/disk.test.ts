import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import { type Disk, DiskError, type DiskErrorTag } from './disk.ts';
import { realDisk } from './real/disk.ts';
import { createMemoryDisk, createSimDisk } from './sim/disk.ts';

const realRoot = await mkdtemp(join(tmpdir(), 'sluice-disk-'));
after(() => rm(realRoot, { recursive: true, force: true }));

const worlds: readonly { name: string; disk: Disk; root: string }[] = [
  { name: 'real', disk: realDisk, root: realRoot },
  { name: 'simulated', disk: createSimDisk(), root: '/data' },
  { name: 'in memory', disk: createMemoryDisk(), root: '/data' },
];

for (const { name, disk, root } of worlds) {
  let folderCount = 0;
  const newFolder = async () => {
    const folder = join(root, `case-${folderCount++}`);
    await disk.makeDirectory(folder);
    return folder;
  };
  const newFile = async (content = '') => {
    const path = join(await newFolder(), 'file');
    const file = await disk.open(path, 'create');
    if (content !== '') await file.writev([Buffer.from(content)], 0);
    return file;
  };

  describe(`${name} disk`, () => {
    it('keeps the time of the last write that it is told', async () => {
      const file = await newFile('content');
      await file.close();
      await disk.setModified(file.path, 1_600_000_000_000);
      assert.equal((await disk.stat(file.path))?.modifiedMs, 1_600_000_000_000);
      await rejects(disk.setModified(`${file.path}-missing`, 0), 'not-found');
    });

    it('writes buffers one behind the other and reads them back', async () => {
      const file = await newFile();
      await file.writev([Buffer.from('one'), Buffer.alloc(0), Buffer.from('two')], 2);
      const target = Buffer.alloc(20, 1);
      assert.equal(await file.read(target, 0), 8);
      assert.deepEqual(target.subarray(0, 9), Buffer.from('\0\0onetwo\x01'));
      assert.equal(await file.read(target.subarray(0, 3), 5), 3);
      assert.equal(target.toString('latin1', 0, 3), 'two');
      assert.equal(await file.size(), 8);
      assert.equal(await file.read(target, 8), 0);
      assert.equal(await file.read(target, 800), 0);
      await file.close();
    });

    it('writes more buffers than one writev of the system takes', async () => {
      const file = await newFile();
      const buffers = Array.from({ length: 3000 }, (_, index) => Buffer.from([index & 0xff, index >> 8]));
      await file.writev(buffers, 1);
      const target = Buffer.alloc(6000);
      assert.equal(await file.read(target, 1), 6000);
      assert.deepEqual(target, Buffer.concat(buffers));
      await file.close();
    });

    it('takes an empty write', async () => {
      const file = await newFile();
      await file.writev([], 5);
      await file.writev([Buffer.alloc(0)], 5);
      assert.equal(await file.size(), 0);
      await file.close();
    });

    it('shrinks and grows, and grown bytes are zero', async () => {
      const file = await newFile('abcdef');
      await file.truncate(2);
      await file.truncate(5);
      const target = Buffer.alloc(9, 1);
      assert.equal(await file.read(target, 0), 5);
      assert.equal(target.toString('latin1', 0, 5), 'ab\0\0\0');
      await file.sync();
      await file.close();
    });

    it('does what a plain array of bytes does, whatever the writes and truncations', async () => {
      const step = fc.oneof(
        fc.record({
          kind: fc.constant('write' as const),
          at: fc.nat(200_000),
          size: fc.nat(150_000),
          fill: fc.nat(255),
        }),
        fc.record({ kind: fc.constant('truncate' as const), at: fc.nat(200_000) }),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
          const file = await newFile();
          let model = Buffer.alloc(0);
          for (const change of steps) {
            if (change.kind === 'write') {
              await file.writev([Buffer.alloc(change.size, change.fill)], change.at);
              if (change.size === 0) continue;
              const grown = Buffer.alloc(Math.max(model.length, change.at + change.size));
              model.copy(grown);
              grown.fill(change.fill, change.at, change.at + change.size);
              model = grown;
            } else {
              await file.truncate(change.at);
              const resized = Buffer.alloc(change.at);
              model.copy(resized);
              model = resized;
            }
          }
          const target = Buffer.alloc(model.length + 1);
          assert.equal(await file.read(target, 0), model.length);
          assert.ok(target.subarray(0, model.length).equals(model));
          await file.close();
        }),
        { numRuns: 25 },
      );
    });

    it('opens to read only what exists, creates only what does not, and keeps content on write', async () => {
      const folder = await newFolder();
      const path = join(folder, 'x');
      await rejects(disk.open(path, 'read'), 'not-found');
      await rejects(disk.open(join(folder, 'no', 'x'), 'write'), 'not-found');
      const file = await disk.open(path, 'write');
      await file.writev([Buffer.from('kept')], 0);
      await file.close();
      await rejects(disk.open(path, 'create'), 'exists');
      await (await disk.open(path, 'write')).close();
      const reader = await disk.open(path, 'read');
      assert.equal(await reader.size(), 4);
      await rejects(reader.writev([Buffer.from('x')], 0), 'io');
      await reader.close();
      await rejects(reader.size(), 'io');
      await reader.close();
    });

    it('closes a file only after what is under way', async () => {
      const file = await newFile();
      const written = file.writev([Buffer.alloc(1 << 20, 7)], 0);
      await Promise.all([file.close(), written]);
      assert.equal((await disk.readFile(file.path))?.length, 1 << 20);
    });

    it('replaces a small file and leaves nothing else behind', async () => {
      const folder = await newFolder();
      const path = join(folder, 'checkpoint');
      assert.equal(await disk.readFile(path), undefined);
      await disk.replaceFile(path, 'a longer first version');
      await Promise.all([disk.replaceFile(path, 'second'), disk.replaceFile(path, Buffer.from('third'))]);
      assert.equal(String(await disk.readFile(path)), 'third');
      await Promise.all([disk.replaceFile(path, 'fourth'), disk.placeFile(path, 'fifth')]);
      assert.equal(String(await disk.readFile(path)), 'fifth');
      assert.deepEqual(await disk.list(folder), ['checkpoint']);
    });

    it('replaces a small file though a crash left a longer temporary one', async () => {
      const folder = await newFolder();
      const path = join(folder, 'checkpoint');
      await disk.placeFile(`${path}.tmp`, 'longer than what comes');
      await disk.replaceFile(path, 'short');
      assert.equal(String(await disk.readFile(path)), 'short');
      assert.deepEqual(await disk.list(folder), ['checkpoint']);
    });

    it('lists names in order and tells files from directories', async () => {
      const folder = await newFolder();
      for (const entry of ['b', 'a', 'B']) await disk.replaceFile(join(folder, entry), entry);
      await disk.makeDirectory(join(folder, 'deep', 'er'));
      await disk.makeDirectory(join(folder, 'deep', 'er'));
      assert.deepEqual(await disk.list(folder), ['B', 'a', 'b', 'deep']);
      assert.equal((await disk.stat(join(folder, 'deep')))?.isDirectory, true);
      const stat = await disk.stat(join(folder, 'a'));
      assert.deepEqual([stat?.isDirectory, stat?.sizeBytes], [false, 1]);
      assert.equal(await disk.stat(join(folder, 'none')), undefined);
      await rejects(disk.list(join(folder, 'none')), 'not-found');
      await rejects(disk.list(join(folder, 'a')), 'not-found');
      await rejects(disk.makeDirectory(join(folder, 'a')), 'exists');
    });

    it('renames files and directories, over what is there too', async () => {
      const folder = await newFolder();
      const at = (...names: string[]) => join(folder, ...names);
      await disk.makeDirectory(at('from'));
      await disk.makeDirectory(at('full'));
      await disk.replaceFile(at('from', 'x'), 'x');
      await disk.replaceFile(at('full', 'y'), 'y');
      await disk.rename(at('from', 'x'), at('full', 'y'));
      assert.equal(String(await disk.readFile(at('full', 'y'))), 'x');
      assert.deepEqual(await disk.list(at('from')), []);
      await rejects(disk.rename(at('from'), at('full')), 'not-empty');
      await rejects(disk.rename(at('none'), at('full')), 'not-found');
      await disk.rename(at('full'), at('from'));
      assert.deepEqual(await disk.list(at('from')), ['y']);
    });

    it('an open file outlives its name', async () => {
      const file = await newFile('still here');
      await disk.unlink(file.path);
      assert.equal(await disk.stat(file.path), undefined);
      const target = Buffer.alloc(10);
      assert.equal(await file.read(target, 0), 10);
      assert.equal(String(target), 'still here');
      await file.close();
    });

    it('unlinks and removes trees, and missing is fine', async () => {
      const folder = await newFolder();
      await disk.replaceFile(join(folder, 'x'), 'x');
      await disk.unlink(join(folder, 'x'));
      await disk.unlink(join(folder, 'x'));
      await disk.makeDirectory(join(folder, 'a', 'b'));
      await disk.replaceFile(join(folder, 'a', 'b', 'c'), 'c');
      await disk.removeTree(join(folder, 'a'));
      await disk.removeTree(join(folder, 'a'));
      assert.deepEqual(await disk.list(folder), []);
      await disk.syncDirectory(folder);
      await rejects(disk.syncDirectory(join(folder, 'a')), 'not-found');
    });

    it('locks for one holder until released', async () => {
      const path = join(await newFolder(), '.lock');
      const lock = await disk.lock(path);
      await rejects(disk.lock(path), 'busy');
      await lock.release();
      await lock.release();
      await (await disk.lock(path)).release();
      await rejects(disk.lock(join(path, '..', 'none', '.lock')), 'not-found');
    });

    it('shares a lock with others who share it, and with nobody else', async () => {
      const path = join(await newFolder(), '.lock');
      await rejects(disk.lockShared(path), 'not-found');
      const alone = await disk.lock(path);
      await rejects(disk.lockShared(path), 'busy');
      await alone.release();
      const first = await disk.lockShared(path);
      const second = await disk.lockShared(path);
      await rejects(disk.lock(path), 'busy');
      await first.release();
      await first.release();
      await rejects(disk.lock(path), 'busy');
      await second.release();
      await (await disk.lock(path)).release();
      assert.equal((await disk.stat(path))?.sizeBytes, 0);
    });

    it('gives a file a second name', async () => {
      const file = await newFile('one');
      const other = `${file.path}-other`;
      await disk.link(file.path, other);
      assert.equal((await disk.stat(file.path))?.linkCount, 2);
      await file.writev([Buffer.from('1')], 0);
      await file.close();
      assert.equal(String(await disk.readFile(other)), '1ne');
      await rejects(disk.link(file.path, other), 'exists');
      await rejects(disk.link(`${file.path}-none`, `${other}-2`), 'not-found');
      await disk.replaceFile(file.path, 'two');
      assert.equal(String(await disk.readFile(other)), '1ne');
      assert.equal((await disk.stat(other))?.linkCount, 1);
      await disk.link(file.path, `${file.path}-third`);
      await disk.unlink(file.path);
      assert.equal((await disk.stat(`${file.path}-third`))?.linkCount, 1);
      assert.equal(String(await disk.readFile(`${file.path}-third`)), 'two');
    });

    it('knows its space', async () => {
      const space = await disk.space(await newFolder());
      assert.ok(space.freeBytes > 0 && space.totalBytes >= space.freeBytes);
    });
  });
}

async function rejects(result: Promise<unknown>, tag: DiskErrorTag): Promise<void> {
  await assert.rejects(result, (error) => {
    assert.ok(error instanceof DiskError, String(error));
    assert.equal(error.tag, tag, error.message);
    return true;
  });
}
