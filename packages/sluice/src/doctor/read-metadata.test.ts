import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { METADATA_FILE } from '../data-directory.ts';
import { Sluice } from '../index.ts';
import { realWorld } from '../world.ts';
import { expectedOf } from './expected.ts';
import { type ReadMetadata, readMetadata } from './read-metadata.ts';

let folder: string;
let data: string;
let scratch: string;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-read-metadata-'));
  data = join(folder, 'data');
  scratch = join(folder, 'scratch');
  mkdirSync(scratch);
  const topics = ['orders', 'pears'].map((name) => ({
    name,
    partitions: 3,
    settings: { 'cleanup.policy': 'compact' },
  }));
  await (await Sluice.start({ dataDirectory: data, topics })).close();
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** What the rest of the doctor takes from it. */
function factsOf(metadata: ReadMetadata): unknown {
  if (metadata.kind !== 'image') return metadata.kind;
  const expected = expectedOf({ image: metadata.image, nodeId: 1, directoryIds: new Set() });
  const partitions = [...expected.partitions()];
  return [expected.clusterId, partitions, partitions.map(({ topic }) => expected.topicNamed(topic))];
}

describe("the cluster's metadata", () => {
  it('is read from a copy that is gone afterwards; the file and what lies beside it stay as they are', async () => {
    const content = readFileSync(join(data, METADATA_FILE));
    const names = readdirSync(data);
    const metadata = await readMetadata(realWorld, data, scratch);
    assert.equal(metadata.kind, 'image');
    assert(metadata.kind === 'image');
    const expected = expectedOf({ image: metadata.image, nodeId: 1, directoryIds: new Set() });
    assert.equal([...expected.partitions()].length, 6);
    assert.equal(expected.topicNamed('orders')?.isCompacted, true);
    assert.deepEqual(readFileSync(join(data, METADATA_FILE)), content);
    assert.deepEqual(readdirSync(data), names);
    assert.deepEqual(readdirSync(scratch), []);
  });

  it('with any byte changed is called damaged, or says the same', async () => {
    const good = factsOf(await readMetadata(realWorld, data, scratch));
    const content = readFileSync(join(data, METADATA_FILE));
    const flipped = join(folder, 'flipped');
    mkdirSync(flipped, { recursive: true });
    let damaged = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(content.length - 1), fc.integer({ min: 1, max: 255 }), async (position, mask) => {
        const bytes = Buffer.from(content);
        bytes.writeUInt8(bytes.readUInt8(position) ^ mask, position);
        writeFileSync(join(flipped, METADATA_FILE), bytes);
        const metadata = await readMetadata(realWorld, flipped, scratch);
        if (metadata.kind === 'image') assert.deepEqual(factsOf(metadata), good);
        else damaged++;
      }),
      { numRuns: 60 },
    );
    assert(damaged > 0, 'some of it matters');
  });

  it('is missing where it is not', async () => {
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    assert.deepEqual(await readMetadata(realWorld, empty, scratch), { kind: 'missing' });
  });

  it('that is no database is damaged, in words without the copy', async () => {
    const wrong = join(folder, 'wrong');
    cpSync(data, wrong, { recursive: true });
    writeFileSync(join(wrong, METADATA_FILE), 'not a database, by far');
    const metadata = await readMetadata(realWorld, wrong, scratch);
    assert(metadata.kind === 'damaged', metadata.kind);
    assert(!metadata.reason.includes(scratch), metadata.reason);
    assert(existsSync(scratch));
  });
});
