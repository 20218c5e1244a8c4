import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { silentLogger } from '@sluice/kernel/logger';
import { createSimDisk, type SimDisk } from '@sluice/kernel/sim/disk';
import fc from 'fast-check';
import { LogDirectoryError } from '../log-directory-error.ts';
import {
  ENTRY_HEADER_SIZE_BYTES,
  type EntryPlace,
  finishEntry,
  JOURNAL_VERSION,
  KEY_SIZE_BYTES,
  readEntry,
  readFileHeader,
  SECTOR_SIZE_BYTES,
  upToSector,
  writeFileHeader,
  writeSeal,
} from './format.ts';
import { readJournal } from './read-journal.ts';

const KEY = Buffer.alloc(KEY_SIZE_BYTES, 'k');
const OTHER_KEY = Buffer.alloc(KEY_SIZE_BYTES, 'o');
const PATH = '/data/sluice-journal-0.jnl';

const place: EntryPlace = {
  topicId: Buffer.alloc(16, 't'),
  partition: 7,
  segmentBaseOffset: 2 ** 40,
  position: 123_456,
  baseOffset: 2 ** 52,
  nextOffset: 2 ** 52 + 3,
};

function entryOf(payload: Buffer, key = KEY): Buffer {
  const target = Buffer.alloc(ENTRY_HEADER_SIZE_BYTES + payload.length);
  payload.copy(target, ENTRY_HEADER_SIZE_BYTES);
  finishEntry(target, 0, key, 'batches', place, payload.length);
  return target;
}

/** A file of commits, each of some entries. */
function fileOf(commits: readonly (readonly Buffer[])[], sequence = 1, key = KEY): Buffer {
  const header = Buffer.alloc(SECTOR_SIZE_BYTES);
  writeFileHeader(header, { sequence, key });
  const parts = [header];
  for (const entries of commits) {
    const commit = Buffer.concat(entries);
    parts.push(commit, Buffer.alloc(upToSector(commit.length) - commit.length));
  }
  return Buffer.concat(parts);
}

async function diskWith(content: Buffer, path = PATH): Promise<SimDisk> {
  const disk = createSimDisk();
  await disk.makeDirectory('/data');
  await disk.replaceFile(path, content);
  return disk;
}

async function payloadsOf(content: Buffer): Promise<string[]> {
  const { entries } = await readJournal(await diskWith(content), '/data', silentLogger);
  return entries.map(({ payload }) => payload.toString());
}

describe('an entry of the journal', () => {
  test('is read as it was written', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.nat(2 ** 31 - 1),
        fc.maxSafeNat(),
        (bytes, partition, offset) => {
          const payload = Buffer.from(bytes);
          const target = Buffer.alloc(ENTRY_HEADER_SIZE_BYTES + payload.length);
          payload.copy(target, ENTRY_HEADER_SIZE_BYTES);
          const written = { ...place, partition, baseOffset: offset };
          finishEntry(target, 0, KEY, 'batches', written, payload.length);
          assert.deepEqual(readEntry(target, 0, KEY), { kind: 'batches', ...written, payload });
        },
      ),
    );
  });

  test('with a changed byte, or cut short, is none', () => {
    const entry = entryOf(Buffer.from('some records'));
    for (let at = 0; at < entry.length; at++) {
      const flipped = Buffer.from(entry);
      flipped.writeUInt8(flipped.readUInt8(at) ^ 0x10, at);
      assert.equal(readEntry(flipped, 0, KEY), undefined, `byte ${at}`);
      assert.equal(readEntry(entry.subarray(0, at), 0, KEY), undefined, `${at} bytes`);
    }
  });

  test('of another use of the file is none', () => {
    assert.equal(readEntry(entryOf(Buffer.from('old'), OTHER_KEY), 0, KEY), undefined);
  });
});

describe('what is bound to the rest of its commit', () => {
  /** Entries of a sector each, so that any of them could be found behind a sector that is gone. */
  function sealedCommit(): Buffer {
    const commit = Buffer.alloc(4 * SECTOR_SIZE_BYTES);
    const payloadSizeBytes = SECTOR_SIZE_BYTES - ENTRY_HEADER_SIZE_BYTES;
    let at = 0;
    for (const value of ['1', '2']) {
      commit.fill(value, at + ENTRY_HEADER_SIZE_BYTES, at + SECTOR_SIZE_BYTES);
      at = finishEntry(commit, at, KEY, 'batches', place, payloadSizeBytes);
    }
    at = writeSeal(commit, 0, at, KEY);
    commit.fill('3', at + ENTRY_HEADER_SIZE_BYTES, 3 * SECTOR_SIZE_BYTES);
    at = finishEntry(commit, at, KEY, 'bound', place, SECTOR_SIZE_BYTES - 2 * ENTRY_HEADER_SIZE_BYTES);
    commit.fill('4', at + ENTRY_HEADER_SIZE_BYTES);
    finishEntry(commit, at, KEY, 'bound', place, payloadSizeBytes);
    return commit;
  }

  test('counts with all of it', async () => {
    const values = await payloadsOf(fileOf([[sealedCommit()]]));
    assert.deepEqual(
      values.map((value) => value[0]),
      ['1', '2', '3', '4'],
    );
  });

  test('counts for nothing if any sector before the seal is gone, or the seal', async () => {
    for (let sector = 0; sector < 3; sector++) {
      const commit = sealedCommit();
      commit.fill(0, sector * SECTOR_SIZE_BYTES, (sector + 1) * SECTOR_SIZE_BYTES);
      const left = (await payloadsOf(fileOf([[commit], [entryOf(Buffer.from('later'))]]))).map((value) => value[0]);
      assert.deepEqual(
        left,
        ['1', '2', 'l'].filter((value) => value !== String(sector + 1)),
        `sector ${sector}`,
      );
    }
  });
});

describe('a file of the journal', () => {
  const one = entryOf(Buffer.from('one'));
  const two = entryOf(Buffer.from('two'));
  const three = entryOf(Buffer.from('x'.repeat(SECTOR_SIZE_BYTES)));

  test('torn at any byte gives the entries before that', async () => {
    const whole = fileOf([[one, two], [three]]);
    const ends = [SECTOR_SIZE_BYTES + one.length, SECTOR_SIZE_BYTES + one.length + two.length];
    ends.push(2 * SECTOR_SIZE_BYTES + three.length);
    for (let size = 0; size <= whole.length; size += 7) {
      const torn = Buffer.concat([whole.subarray(0, size), Buffer.alloc(whole.length - size)]);
      assert.equal((await payloadsOf(torn)).length, ends.filter((end) => end <= size).length, `${size} bytes`);
    }
  });

  test('in a later use gives nothing of the earlier one that lies behind', async () => {
    const old = entryOf(Buffer.from('old'), OTHER_KEY);
    const earlier = fileOf([[old], [old], [old]], 1, OTHER_KEY);
    const later = fileOf([[two]], 2);
    assert.deepEqual(await payloadsOf(Buffer.concat([later, earlier.subarray(later.length)])), ['two']);
    const headerOnly = later.subarray(0, SECTOR_SIZE_BYTES);
    assert.deepEqual(await payloadsOf(Buffer.concat([headerOnly, earlier.subarray(headerOnly.length)])), []);
  });

  test('with damage in its middle gives what lies behind it, and that is told', async () => {
    const content = fileOf([[one], [two], [three]]);
    content.writeUInt8(0xff, SECTOR_SIZE_BYTES + one.length - 1);
    const told: string[] = [];
    const logger = { ...silentLogger, error: (message: string) => void told.push(message) };
    const { entries } = await readJournal(await diskWith(content), '/data', logger);
    assert.equal(entries.length, 2);
    assert.match(told.join(), /damaged/);
  });

  test('of an unknown version is refused, and one with a damaged header passed over', async () => {
    const content = fileOf([[one]]);
    const { key, sequence } = { key: KEY, sequence: 9 };
    const newer = Buffer.from(content);
    writeFileHeader(newer, { sequence, key }, JOURNAL_VERSION + 1);
    assert.deepEqual(readFileHeader(newer), { kind: 'version', version: JOURNAL_VERSION + 1 });
    await assert.rejects(
      readJournal(await diskWith(newer), '/data', silentLogger),
      (error: unknown) => error instanceof LogDirectoryError && error.tag === 'newer-version',
    );
    content.writeUInt8(0xff, 20);
    assert.deepEqual(await payloadsOf(content), []);
  });

  test('comes behind those that were written earlier, whatever its name', async () => {
    const disk = await diskWith(fileOf([[two]], 12));
    await disk.replaceFile('/data/sluice-journal-1.jnl', fileOf([[one]], 11));
    const { entries, paths } = await readJournal(disk, '/data', silentLogger);
    assert.deepEqual(
      entries.map(({ payload }) => payload.toString()),
      ['one', 'two'],
    );
    assert.deepEqual(paths, ['/data/sluice-journal-1.jnl', PATH]);
  });
});
