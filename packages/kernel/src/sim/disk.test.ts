import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { DiskError } from '../disk.ts';
import { createSimClock } from './clock.ts';
import { createSimDisk, type SimDisk } from './disk.ts';
import { onNth } from './faults.ts';

const SEEDS = Array.from({ length: 200 }, (_, seed) => seed);

async function contentOf(disk: SimDisk, path: string): Promise<string | undefined> {
  return (await disk.readFile(path))?.toString('latin1');
}

/** What the disk may hold after a crash, over many seeds. */
async function outcomes(disk: SimDisk, look: (after: SimDisk) => Promise<unknown>): Promise<Set<string>> {
  const seen = new Set<string>();
  for (const seed of SEEDS) seen.add(JSON.stringify(await look(disk.reboot(seed))) ?? 'undefined');
  return seen;
}

async function diskWithFile(path: string, content: string): Promise<SimDisk> {
  const disk = createSimDisk();
  const file = await disk.open(path, 'create');
  await file.writev([Buffer.from(content)], 0);
  await file.sync();
  await disk.syncDirectory('/');
  await file.close();
  return disk;
}

describe('a crash of the simulated disk', () => {
  it('keeps what was synced and any prefix of the rest, torn at any byte', async () => {
    const disk = await diskWithFile('/x', 'AB');
    const file = await disk.open('/x', 'write');
    await file.writev([Buffer.from('c'), Buffer.from('d')], 2);
    await file.writev([Buffer.from('ef')], 4);
    const seen = await outcomes(disk, (after) => contentOf(after, '/x'));
    assert.deepEqual([...seen].sort(), ['"AB"', '"ABc"', '"ABcd"', '"ABcde"', '"ABcdef"']);
  });

  it('may undo or keep an unsynced truncation, and an overwrite', async () => {
    const disk = await diskWithFile('/x', 'abcd');
    const file = await disk.open('/x', 'write');
    await file.truncate(1);
    await file.writev([Buffer.from('Z')], 0);
    const seen = await outcomes(disk, (after) => contentOf(after, '/x'));
    assert.deepEqual([...seen].sort(), ['"Z"', '"a"', '"abcd"']);
  });

  it('may leave zeros where new bytes should be, if asked to', async () => {
    const disk = createSimDisk({ zeroTails: true });
    const file = await disk.open('/x', 'create');
    await disk.syncDirectory('/');
    await file.writev([Buffer.from('abc')], 0);
    const seen = await outcomes(disk, (after) => contentOf(after, '/x'));
    assert.ok(seen.has('"a\\u0000\\u0000"') && seen.has('"\\u0000"') && seen.has('"abc"'));
    assert.ok([...seen].every((text) => /^"a?b?c?(\\u0000)*"$/.test(text)));
  });

  it('does not count a write that was not finished when the sync began', async () => {
    const disk = await diskWithFile('/x', '');
    const file = await disk.open('/x', 'write');
    const written = file.writev([Buffer.from('late')], 0);
    await file.sync();
    await written;
    assert.ok((await outcomes(disk, (after) => contentOf(after, '/x'))).has('""'));
  });

  it('may lose a name that was made, a rename and an unlink without a directory sync, each for itself', async () => {
    const disk = await diskWithFile('/old', 'content');
    await disk.rename('/old', '/renamed');
    await (await disk.open('/made', 'create')).close();
    const seen = await outcomes(disk, async (after) => after.files());
    assert.deepEqual([...seen].sort(), ['["/made","/old"]', '["/made","/renamed"]', '["/old"]', '["/renamed"]']);
    const unlinked = await diskWithFile('/old', 'content');
    await unlinked.unlink('/old');
    assert.deepEqual([...(await outcomes(unlinked, async (after) => after.files()))].sort(), ['["/old"]', '[]']);
  });

  it('loses no synced name, with all that is synced in it', async () => {
    const disk = createSimDisk();
    await disk.makeDirectory('/a/b');
    const file = await disk.open('/a/b/x', 'create');
    for (const path of ['/', '/a', '/a/b']) await disk.syncDirectory(path);
    await file.sync();
    assert.deepEqual([...(await outcomes(disk, async (after) => after.files()))], ['["/a/b/x"]']);
  });

  it('moves a file between directories as one step', async () => {
    const disk = createSimDisk();
    await disk.makeDirectory('/a');
    await disk.makeDirectory('/b');
    await (await disk.open('/a/x', 'create')).close();
    for (const path of ['/', '/a']) await disk.syncDirectory(path);
    await disk.rename('/a/x', '/b/x');
    assert.deepEqual([...(await outcomes(disk, async (after) => after.files()))].sort(), ['["/a/x"]', '["/b/x"]']);
    const again = disk.reboot(1);
    assert.equal(again.files().length, 1);
  });

  it('replaces a small file wholly or not at all, at whatever step it comes', async () => {
    const seen = new Set<string>();
    for (let change = 1; ; change++) {
      const disk = await diskWithFile('/x', 'old');
      const before = disk.changeCount;
      disk.crashAt(before + change);
      const outcome = await disk.replaceFile('/x', 'new').then(
        () => 'replaced',
        () => 'failed',
      );
      const contents = await outcomes(disk, (after) => contentOf(after, '/x'));
      if (outcome === 'replaced') {
        assert.deepEqual([...contents], ['"new"']);
        assert.equal(change, 6);
        break;
      }
      for (const content of contents) seen.add(content);
    }
    assert.deepEqual([...seen].sort(), ['"new"', '"old"']);
  });

  it('may undo a small file that was put in its place, whole, until its directory is synced', async () => {
    const placed = async () => {
      const disk = await diskWithFile('/x', 'old');
      await disk.placeFile('/x', 'new');
      return disk;
    };
    const seen = await outcomes(await placed(), (after) => contentOf(after, '/x'));
    assert.deepEqual([...seen].sort(), ['"new"', '"old"']);
    const synced = await placed();
    await synced.syncDirectory('/');
    assert.deepEqual([...(await outcomes(synced, (after) => contentOf(after, '/x')))], ['"new"']);
  });

  it('ends what is under way and everything after', async () => {
    const clock = createSimClock();
    const disk = createSimDisk({ clock });
    const file = await disk.open('/x', 'create');
    disk.inject(() => ({ kind: 'delay', delayMs: 10 }));
    const written = file.writev([Buffer.from('x')], 0);
    disk.crash();
    await assert.rejects(written, DiskError);
    await assert.rejects(file.sync(), DiskError);
    await assert.rejects(disk.list('/'), DiskError);
    await file.close();
  });

  it('is the same for the same seed, and can follow another', async () => {
    const disk = await diskWithFile('/x', 'a');
    const file = await disk.open('/x', 'write');
    await file.writev([Buffer.alloc(1000, 'b')], 1);
    assert.equal(await contentOf(disk.reboot(7), '/x'), await contentOf(disk.reboot(7), '/x'));
    const second = disk.reboot(3);
    const survived = await contentOf(second, '/x');
    const again = await second.open('/x', 'write');
    await again.writev([Buffer.from('!')], survived?.length ?? 0);
    const third = await contentOf(second.reboot(5), '/x');
    assert.ok(third === survived || third === `${survived}!`);
  });

  it('a kill takes nothing with it, and the next process syncs what it left', async () => {
    const disk = await diskWithFile('/x', '');
    const file = await disk.open('/x', 'write');
    await file.writev([Buffer.from('kept')], 0);
    await disk.rename('/x', '/y');
    const after = disk.afterKill();
    await assert.rejects(file.sync(), { tag: 'io' });
    assert.equal(await contentOf(after, '/y'), 'kept');
    await (await after.open('/y', 'update')).sync();
    await after.syncDirectory('/');
    for (let seed = 1; seed <= 10; seed++) assert.equal(await contentOf(after.reboot(seed), '/y'), 'kept');
  });

  it('leaves a prefix of the history, whatever the writes and syncs', async () => {
    const step = fc.oneof(fc.constant('sync' as const), fc.integer({ min: 1, max: 40 }));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), fc.nat(), async (steps, seed) => {
        const disk = await diskWithFile('/x', '');
        const file = await disk.open('/x', 'write');
        let whole = '';
        let synced = 0;
        for (const change of steps) {
          if (change === 'sync') {
            await file.sync();
            synced = whole.length;
          } else {
            const text = String.fromCharCode(97 + (whole.length % 26)).repeat(change);
            await file.writev([Buffer.from(text)], whole.length);
            whole += text;
          }
        }
        const survived = await contentOf(disk.reboot(seed), '/x');
        assert.ok(survived !== undefined && whole.startsWith(survived) && survived.length >= synced);
      }),
    );
  });
});

describe('faults of the simulated disk', () => {
  it('fail the chosen operation with the chosen tag, and only that', async () => {
    const disk = createSimDisk();
    const file = await disk.open('/x', 'create');
    disk.inject(onNth('write', 2, { kind: 'fail', tag: 'io' }));
    await file.writev([Buffer.from('a')], 0);
    await assert.rejects(file.writev([Buffer.from('b')], 1), { tag: 'io' });
    await file.writev([Buffer.from('c')], 1);
    assert.equal(await contentOf(disk, '/x'), 'ac');
  });

  it('a failed sync is not made good by the next one', async () => {
    const disk = await diskWithFile('/x', '');
    const file = await disk.open('/x', 'write');
    await file.writev([Buffer.from('lost')], 0);
    const stop = disk.inject(onNth('sync', 1, { kind: 'fail', tag: 'io' }));
    await assert.rejects(file.sync(), { tag: 'io' });
    stop();
    await file.sync();
    assert.ok((await outcomes(disk, (after) => contentOf(after, '/x'))).has('""'));
  });

  it('a sync that lies is undone by a power loss, and not by a kill', async () => {
    for (const [restart, expected] of [
      [(disk: SimDisk) => disk.afterKill(), new Set(['"lost"'])],
      [(disk: SimDisk, seed: number) => disk.reboot(seed), new Set(['""', '"lost"'])],
    ] as const) {
      const found = new Set<string>();
      for (let seed = 1; seed <= 20; seed++) {
        const disk = await diskWithFile('/x', '');
        disk.inject(({ kind }) => (kind === 'sync' ? { kind: 'lie' } : undefined));
        const file = await disk.open('/x', 'write');
        await file.writev([Buffer.from('lost')], 0);
        await file.sync();
        const content = JSON.stringify(await contentOf(restart(disk, seed), '/x'));
        if (content === '""' || content === '"lost"') found.add(content);
      }
      assert.deepEqual(found, expected);
    }
  });

  it('delay on the virtual clock', async () => {
    const clock = createSimClock();
    const disk = createSimDisk({ clock });
    const file = await disk.open('/x', 'create');
    disk.inject(({ kind }) => (kind === 'sync' ? { kind: 'delay', delayMs: 5000 } : undefined));
    let done = false;
    const synced = file.sync().then(() => {
      done = true;
    });
    await clock.advance(4999);
    assert.equal(done, false);
    await clock.advance(1);
    await synced;
  });

  it('a full disk takes what fits, refuses the rest, and has room again after an unlink', async () => {
    const disk = createSimDisk({ capacityBytes: 10 });
    const file = await disk.open('/x', 'create');
    await file.writev([Buffer.from('12345678')], 0);
    await assert.rejects(file.writev([Buffer.from('abcd')], 8), { tag: 'no-space' });
    assert.equal(await contentOf(disk, '/x'), '12345678ab');
    await file.writev([Buffer.from('zz')], 0);
    assert.equal((await disk.space('/')).freeBytes, 0);
    await disk.unlink('/x');
    assert.equal((await disk.space('/')).freeBytes, 0);
    await file.close();
    assert.equal((await disk.space('/')).freeBytes, 10);
  });

  it('flips a byte for the reader and for the time after a crash', async () => {
    const disk = await diskWithFile('/x', 'abc');
    disk.flipByte('/x', 1, 0x20);
    assert.equal(await contentOf(disk, '/x'), 'aBc');
    assert.equal(await contentOf(disk.reboot(1), '/x'), 'aBc');
  });

  it('count every change, so that a test can stop at each', async () => {
    const disk = createSimDisk();
    const kinds: string[] = [];
    disk.inject(({ kind, changeCount }) => {
      kinds.push(`${kind} ${changeCount}`);
      return undefined;
    });
    const file = await disk.open('/x', 'create');
    await file.writev([Buffer.from('a')], 0);
    await file.size();
    await file.sync();
    await disk.rename('/x', '/y');
    await disk.syncDirectory('/');
    assert.deepEqual(kinds, ['create 1', 'write 2', 'stat 2', 'sync 3', 'rename 4', 'sync-directory 5']);
  });
});
