import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimDisk } from '@sluice/kernel/sim/disk';
import { createSimDisk } from '@sluice/kernel/sim/disk';
import {
  check,
  complaints,
  diskWith,
  filesOf,
  openDoctored,
  repair,
  writeDoctored,
} from '../testing/doctor-fixture.ts';
import {
  checkJournalHistory,
  type JournalHistory,
  newJournalHistory,
  runJournalWorkload,
} from '../testing/journal-workload.ts';
import { SET_ASIDE } from './directory-names.ts';
import { NO_CONSENT } from './repair-directory.ts';

const clean = await writeDoctored(true);
const killed = await writeDoctored(false);
const logs = [...clean.keys()].filter((path) => path.endsWith('.log'));
const [firstLog = '', secondLog = ''] = logs;
const lastLog = logs.at(-1) ?? '';
const everything = { acceptLoss: [{ partition: 'orders-0', offsets: { from: 0, to: 1000 } }] };
const codesOf = (findings: readonly { readonly code: string }[]) => findings.map(({ code }) => code).sort();

async function write(disk: SimDisk, path: string, bytes: Buffer, position?: number): Promise<void> {
  const file = await disk.open(path, 'write');
  await file.writev([bytes], position ?? (await file.size()));
  await file.close();
}

async function truncate(disk: SimDisk, path: string, by: number): Promise<void> {
  const file = await disk.open(path, 'write');
  await file.truncate((await file.size()) - by);
  await file.close();
}

test('offsets that were given up are never given out again', async () => {
  const disk = await diskWith(clean);
  await truncate(disk, lastLog, 10);
  await repair(disk, { ...NO_CONSENT, ...everything });
  const directory = await openDoctored(disk);
  const before = await openDoctored(await diskWith(clean));
  assert.equal(directory.get('orders', 0)?.log.logEndOffset, before.get('orders', 0)?.log.logEndOffset);
});

test('what a repair takes away is kept, with a note beside it', async () => {
  const disk = await diskWith(killed);
  const garbage = Buffer.from('garbage '.repeat(20));
  await write(disk, lastLog, garbage);
  const { done } = await repair(disk);
  assert.deepEqual(codesOf(done), ['torn-tail']);
  const files = await filesOf(disk);
  const aside = [...files.keys()].filter((path) => path.startsWith(`/data/${SET_ASIDE}/orders-0/`));
  assert.equal(aside.length, 2);
  assert.deepEqual(files.get(aside[0] ?? ''), garbage);
  assert.match(String(files.get(aside[1] ?? '')), /torn-tail.*orders-0.*cut it at position \d+/s);
});

test('a repair asks for the word that fits: other offsets are not given up', async () => {
  const disk = await diskWith(clean);
  await write(disk, secondLog, Buffer.alloc(200), 100);
  const acceptLoss = [{ partition: 'orders-0', offsets: { from: 0, to: 3 } }];
  const { done, check: after } = await repair(disk, { ...NO_CONSENT, acceptLoss });
  assert.deepEqual(done, []);
  assert.deepEqual(codesOf(complaints(after.findings)), ['unreadable-batches']);
});

test('a partition is put out of the way as a whole where its owner wants it', async () => {
  const disk = await diskWith(clean);
  await repair(disk, { ...NO_CONSENT, setAside: ['orders-0'] });
  assert.deepEqual((await filesOf(disk)).has(firstLog), false);
  assert((await filesOf(disk)).has(firstLog.replace('/data/', `/data/${SET_ASIDE}/`)));
});

interface JournalCrash {
  readonly disk: SimDisk;
  readonly history: JournalHistory;
  readonly seed: number;
}

async function crashWithJournal(change: number): Promise<JournalCrash> {
  const seed = 1 + (change % 3);
  const disk = createSimDisk();
  disk.crashAt(change);
  const history = newJournalHistory();
  await runJournalWorkload({ disk, seed, steps: 40 }, history).catch(() => {});
  return { disk: disk.reboot(change), history, seed };
}

test('a journal that is needed is put back before anything is repaired, and kept; nothing acknowledged is lost', async () => {
  let needed = 0;
  for (let change = 90; change < 330; change += 11) {
    const { disk, history, seed } = await crashWithJournal(change);
    const options = { expected: undefined };
    const found = await check(disk, options);
    const damages = found.findings.filter(({ severity }) => severity === 'damage');
    assert.deepEqual(damages, [], `power lost at change ${change}`);
    await disk.replaceFile('/data/cleaner-offset-checkpoint', 'garbage');
    const { done, check: after } = await repair(disk, NO_CONSENT, options);
    if (done[0]?.code === 'journal') needed++;
    assert.deepEqual(
      complaints(after.findings).filter(({ severity }) => severity === 'damage'),
      [],
    );
    await checkJournalHistory({ disk, seed }, history).catch((cause: unknown) => {
      throw new Error(`power lost at change ${change}`, { cause });
    });
  }
  assert(needed > 0, 'some journal was needed');
});

test('a journal with damage in the midst of it is told', async () => {
  let told = 0;
  for (let change = 90; change < 330; change += 13) {
    const { disk } = await crashWithJournal(change);
    // Behind the header's sector the first entry of each file begins; that it was there only a later one tells.
    for (const path of disk.files().filter((each) => /sluice-journal-/.test(each))) {
      if (((await disk.readFile(path))?.length ?? 0) > 1024) disk.flipByte(path, 512 + 20);
    }
    if (codesOf((await check(disk, { expected: undefined })).findings).includes('damaged-journal')) told++;
  }
  assert(told > 0);
});
