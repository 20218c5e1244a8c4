import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Disk, DiskError } from './disk.ts';
import { createOverlayDisk } from './overlay-disk.ts';
import { createSimDisk } from './sim/disk.ts';

const NAMES = ['a', 'b', 'c'];

type Step =
  | { readonly kind: 'write'; readonly name: string; readonly position: number; readonly size: number }
  | { readonly kind: 'truncate'; readonly name: string; readonly size: number }
  | { readonly kind: 'replace'; readonly name: string; readonly size: number }
  | { readonly kind: 'rename'; readonly name: string; readonly to: string }
  | { readonly kind: 'link'; readonly name: string; readonly to: string }
  | { readonly kind: 'unlink'; readonly name: string };

const name = fc.constantFrom(...NAMES);
const size = fc.nat(40);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('write' as const), name, position: size, size }),
  fc.record({ kind: fc.constant('truncate' as const), name, size }),
  fc.record({ kind: fc.constant('replace' as const), name, size }),
  fc.record({ kind: fc.constant('rename' as const), name, to: name }),
  fc.record({ kind: fc.constant('link' as const), name, to: name }),
  fc.record({ kind: fc.constant('unlink' as const), name }),
);

async function base(): Promise<Disk> {
  const disk = createSimDisk({ crashModel: false });
  await disk.makeDirectory('/data');
  for (const each of ['a', 'b']) {
    const file = await disk.open(`/data/${each}`, 'write');
    await file.writev([Buffer.from(`content of ${each}, of some length`)], 0);
    await file.close();
  }
  return disk;
}

async function perform(disk: Disk, each: Step): Promise<string> {
  const path = `/data/${each.name}`;
  try {
    if (each.kind === 'write' || each.kind === 'truncate') {
      const file = await disk.open(path, each.kind === 'write' ? 'write' : 'update');
      if (each.kind === 'write') await file.writev([Buffer.alloc(each.size, 'w'), Buffer.from('!')], each.position);
      else await file.truncate(each.size);
      await file.close();
    } else if (each.kind === 'replace') await disk.replaceFile(path, Buffer.alloc(each.size, 'r'));
    else if (each.kind === 'rename') await disk.rename(path, `/data/${each.to}`);
    else if (each.kind === 'link') await disk.link(path, `/data/${each.to}`);
    else await disk.unlink(path);
    return 'done';
  } catch (error) {
    assert(error instanceof DiskError, String(error));
    return error.tag;
  }
}

async function look(disk: Disk): Promise<unknown> {
  const found: unknown[] = [await disk.list('/data')];
  for (const each of NAMES) {
    const path = `/data/${each}`;
    const bytes = await disk.readFile(path);
    found.push([bytes?.toString(), (await disk.stat(path))?.sizeBytes]);
    if (bytes === undefined) continue;
    const file = await disk.open(path, 'read');
    const part = Buffer.alloc(20);
    const filled = await file.read(part, 7);
    found.push(part.toString('latin1', 0, filled));
    await file.close();
  }
  return found;
}

describe('an overlay disk', () => {
  it('does what a disk does, and leaves the one below as it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const plain = await base();
        const below = await base();
        const untouched = await look(below);
        const overlay = createOverlayDisk(below);
        for (const each of steps) {
          assert.equal(await perform(overlay, each), await perform(plain, each), each.kind);
          assert.deepEqual(await look(overlay), await look(plain));
        }
        assert.deepEqual(await look(below), untouched);
      }),
    );
  });

  it('tells what would have changed', async () => {
    const overlay = createOverlayDisk(await base());
    await overlay.unlink('/data/a');
    await overlay.replaceFile('/data/c', 'new');
    await (await overlay.open('/data/b', 'read')).close();
    assert.deepEqual(await overlay.changes(), [
      { path: '/data/a', sizeBytesBefore: 28, sizeBytesAfter: undefined },
      { path: '/data/c', sizeBytesBefore: undefined, sizeBytesAfter: 3 },
    ]);
  });

  it('makes and removes directories', async () => {
    const overlay = createOverlayDisk(await base());
    await overlay.makeDirectory('/data/sub');
    await overlay.replaceFile('/data/sub/file', 'x');
    assert.deepEqual(await overlay.list('/data/sub'), ['file']);
    assert.deepEqual(await overlay.list('/data'), ['a', 'b', 'sub']);
    await overlay.removeTree('/data/sub');
    assert.deepEqual(await overlay.list('/data'), ['a', 'b']);
    assert.equal(await overlay.stat('/data/sub'), undefined);
  });
});
