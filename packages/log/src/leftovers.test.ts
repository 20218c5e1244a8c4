import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { silentLogger } from '@sluice/kernel/logger';
import { createSimDisk, type SimDisk } from '@sluice/kernel/sim/disk';
import { buildBatch } from '@sluice/protocol/records/build-batch';
import { segmentFileName } from './file-names.ts';
import { clearLeftovers } from './leftovers.ts';

const DIRECTORY = '/orders-0';

/** By name: what is in the file. `12.log.swap` stands for the file of base offset 12. */
type Files = Readonly<Record<string, string>>;

function fullName(short: string): string {
  const [offset = '', ...suffixes] = short.split('.');
  return segmentFileName(Number(offset), `.${suffixes.join('.')}`);
}

async function diskWith(files: Files): Promise<SimDisk> {
  const disk = createSimDisk();
  await disk.makeDirectory(DIRECTORY);
  await disk.syncDirectory('/');
  for (const [name, content] of Object.entries(files)) {
    const file = await disk.open(`${DIRECTORY}/${fullName(name)}`, 'create');
    const bytes = name.includes('.log')
      ? buildBatch([{ key: 'k', value: content }], { baseOffset: Number.parseInt(name, 10) })
      : Buffer.from(content);
    await file.writev([bytes], 0);
    await file.sync();
    await file.close();
  }
  await disk.syncDirectory(DIRECTORY);
  return disk;
}

async function namesOf(disk: SimDisk): Promise<string[]> {
  const names = await disk.list(DIRECTORY);
  return names.map((name) => name.replace(/^0+(?=\d)/, '')).sort();
}

async function isFrom(disk: SimDisk, name: string, content: string): Promise<boolean> {
  return (await disk.readFile(`${DIRECTORY}/${fullName(name)}`))?.includes(content) ?? false;
}

/** Runs it with a power loss at each of its changes, and at each of the one after that; then what is left is checked. */
async function afterAnyCrashes(files: Files, check: (disk: SimDisk) => Promise<void>): Promise<void> {
  const quiet = await diskWith(files);
  const before = quiet.changeCount;
  await clearLeftovers(quiet, DIRECTORY, silentLogger);
  await check(quiet);
  for (let change = before + 1; change <= quiet.changeCount; change++) {
    for (let seed = 1; seed <= 12; seed++) {
      const disk = await diskWith(files);
      disk.crashAt(change);
      await clearLeftovers(disk, DIRECTORY, silentLogger).catch(() => {});
      const second = disk.reboot(seed * 31 + change);
      if (seed % 2 === 0) second.crashAt(1 + (seed % 5));
      await clearLeftovers(second, DIRECTORY, silentLogger).catch(() => {});
      const last = seed % 2 === 0 ? second.reboot(seed * 17 + change) : second;
      await clearLeftovers(last, DIRECTORY, silentLogger);
      await check(last);
    }
  }
}

const OLD: Files = {
  '0.log': 'old-0',
  '0.index': 'old',
  '10.log': 'old-10',
  '10.index': 'old',
  '20.log': 'old-20',
  '30.log': 'old-30',
};

describe('what a crash left of a compaction', () => {
  it('is put in place once all of it is .swap', () =>
    afterAnyCrashes({ ...OLD, '0.log.swap': 'new-0', '0.index.swap': 'new', '0.replaces.swap': '30' }, async (disk) => {
      const names = await namesOf(disk);
      assert.deepEqual(
        names.filter((name) => name.endsWith('.log')),
        ['0.log', '30.log'],
      );
      assert(await isFrom(disk, '0.log', 'new-0'));
      assert(!(await isFrom(disk, '0.index', 'old')));
      assert.equal(names.filter((name) => name.endsWith('.swap')).length, 0);
    }));

  it('is removed while some of it is .cleaned', () =>
    afterAnyCrashes(
      { ...OLD, '0.log.cleaned': 'new-0', '0.index.swap': 'new', '0.replaces.swap': '30' },
      async (disk) => assert.deepEqual(await namesOf(disk), Object.keys(OLD).sort()),
    ));

  it('is removed while it is .cleaned, and its log .swap', () =>
    afterAnyCrashes({ ...OLD, '0.log.swap': 'new-0', '0.replaces.cleaned': '30' }, async (disk) =>
      assert.deepEqual(await namesOf(disk), Object.keys(OLD).sort()),
    ));

  it('counts also if another output before it was not complete', () =>
    afterAnyCrashes(
      { ...OLD, '0.log.cleaned': 'half', '10.log.swap': 'new-10', '10.replaces.swap': '30' },
      async (disk) => {
        assert.deepEqual(
          (await namesOf(disk)).filter((name) => name.endsWith('.log')),
          ['0.log', '10.log', '30.log'],
        );
        assert(await isFrom(disk, '0.log', 'old-0'));
        assert(await isFrom(disk, '10.log', 'new-10'));
      },
    ));

  it('leaves no old index beside a new log that is in its place', () =>
    afterAnyCrashes(
      {
        '0.log': 'new-0',
        '0.txnindex': 'old',
        '0.index.swap': 'new',
        '10.log': 'old-10',
        '30.log': 'old-30',
        '0.replaces.swap': '30',
      },
      async (disk) => assert.deepEqual(await namesOf(disk), ['0.log', '30.log']),
    ));

  it('of Kafka is finished by the offsets of its output', () =>
    afterAnyCrashes({ ...OLD, '0.log.swap': 'new-0', '0.index.swap': 'new' }, async (disk) => {
      assert(await isFrom(disk, '0.log', 'new-0'));
      assert((await namesOf(disk)).includes('10.log'), 'its one record says nothing of the next segment');
    }));

  it('and deleted files and indexes without a log, are removed', async () => {
    const disk = await diskWith({ ...OLD, '5.log.deleted': 'old', '7.index': 'old', '7.txnindex': 'old' });
    const names = await clearLeftovers(disk, DIRECTORY, silentLogger);
    assert.deepEqual(await namesOf(disk), Object.keys(OLD).sort());
    assert.equal(names.length, Object.keys(OLD).length);
  });
});
