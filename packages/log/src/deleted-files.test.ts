import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { silentLogger } from '@sluice/kernel/logger';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { createSimDisk } from '@sluice/kernel/sim/disk';
import { createDeletedFiles } from './deleted-files.ts';

async function fixture(...names: readonly string[]) {
  const clock = createSimClock();
  const disk = createSimDisk({ clock });
  await disk.makeDirectory('/data');
  for (const name of names) await disk.replaceFile(`/data/${name}`, name);
  const warnings: string[] = [];
  const logger = { ...silentLogger, warn: (message: string) => void warnings.push(message) };
  const deletedFiles = createDeletedFiles(disk, clock, logger);
  return { clock, disk, deletedFiles, warnings, left: () => disk.list('/data') };
}

describe('deleted files', () => {
  it('are out of the way at once, and gone after their delay, each after its own', async () => {
    const { clock, deletedFiles, left } = await fixture('a', 'b', 'c');
    await deletedFiles.add(['/data/a'], 100);
    await deletedFiles.add(['/data/b'], 10);
    assert.deepEqual(await left(), ['a.deleted', 'b.deleted', 'c']);
    await clock.advance(9);
    assert.deepEqual(await left(), ['a.deleted', 'b.deleted', 'c']);
    await clock.advance(1);
    assert.deepEqual(await left(), ['a.deleted', 'c']);
    await clock.advance(90);
    assert.deepEqual(await left(), ['c']);
    assert.equal(clock.timerCount, 0);
  });

  it('need one timer, however many there are', async () => {
    const names = Array.from({ length: 50 }, (_, index) => `file-${index}`);
    const { clock, deletedFiles, left } = await fixture(...names);
    for (const [index, name] of names.entries()) await deletedFiles.add([`/data/${name}`], 1000 - index);
    assert.equal(clock.timerCount, 1);
    await clock.advance(1000);
    assert.deepEqual(await left(), []);
  });

  it('that are missing are fine, and a name may be used again at once', async () => {
    const { clock, disk, deletedFiles, left } = await fixture('a');
    await deletedFiles.add(['/data/a', '/data/missing'], 10);
    await disk.replaceFile('/data/a', 'new');
    await clock.advance(10);
    assert.deepEqual(await left(), ['a']);
    assert.equal(String(await disk.readFile('/data/a')), 'new');
  });

  it('that cannot be removed are told, and keep no other from going', async () => {
    const { clock, disk, deletedFiles, warnings, left } = await fixture('a', 'b');
    await deletedFiles.add(['/data/a', '/data/b'], 10);
    disk.inject(({ kind, path }) =>
      kind === 'unlink' && path.includes('/a') ? { kind: 'fail', tag: 'busy' } : undefined,
    );
    await clock.advance(10);
    assert.deepEqual(await left(), ['a.deleted']);
    assert.equal(warnings.length, 1);
  });

  it('stay where they are once it is closed: the next start removes them', async () => {
    const { clock, deletedFiles, left } = await fixture('a');
    await deletedFiles.add(['/data/a'], 10);
    deletedFiles.close();
    await clock.advance(100);
    assert.deepEqual(await left(), ['a.deleted']);
    assert.equal(clock.timerCount, 0);
  });

  it('do not notice a wall clock that jumps', async () => {
    const { clock, deletedFiles, left } = await fixture('a');
    await deletedFiles.add(['/data/a'], 1000);
    clock.jump(86_400_000);
    await clock.advance(999);
    assert.deepEqual(await left(), ['a.deleted']);
    clock.jump(-86_400_000);
    await clock.advance(1);
    assert.deepEqual(await left(), []);
  });
});
