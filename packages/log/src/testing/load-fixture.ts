import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { createSimDisk, type SimDisk } from '@sluice/kernel/sim/disk';

const TAR_BLOCK_SIZE_BYTES = 512;
const DIRECTORY_TYPE = '5';
/** GNU tar's: the preallocated indexes of a killed broker are mostly holes. */
const SPARSE_TYPE = 'S';
const SPARSE_MAP_AT = 386;
const SPARSE_MAP_ENTRIES = 4;
const SPARSE_IS_EXTENDED_AT = 482;
const SPARSE_REAL_SIZE_AT = 483;

/** What a consumer must read back from one partition of a fixture. */
export interface ExpectedPartition {
  readonly logStartOffset: number;
  readonly highWatermark: number;
  readonly read_uncommitted: ExpectedRead;
  readonly read_committed: ExpectedRead;
}

export interface ExpectedRead {
  readonly records: number;
  readonly firstOffset: number | null;
  readonly lastOffset: number | null;
  readonly sha256: string;
}

function fixturePath(name: string): string {
  return fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));
}

export function expectedOf(fixture: string): Record<string, ExpectedPartition> {
  const parsed: { topics: Record<string, ExpectedPartition> } = JSON.parse(
    readFileSync(fixturePath(`${fixture}.expected.json`), 'utf8'),
  );
  return parsed.topics;
}

/** A group's committed offset as librdkafka's client showed it. */
export interface ExpectedOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Null for none. */
  readonly metadata: string | null;
}

/** The offsets that groups committed, by group. */
export function expectedOffsetsOf(fixture: string): Record<string, ExpectedOffset[]> {
  const parsed: { groups: Record<string, ExpectedOffset[]> } = JSON.parse(
    readFileSync(fixturePath(`${fixture}.expected.json`), 'utf8'),
  );
  return parsed.groups;
}

/** A data directory of a real Kafka, unpacked to `/data` of a simulated disk. */
export async function loadFixture(fixture: string): Promise<SimDisk> {
  const disk = createSimDisk({ crashModel: false });
  const tar = gunzipSync(readFileSync(fixturePath(`${fixture}.tar.gz`)));
  for (let at = 0; at + TAR_BLOCK_SIZE_BYTES <= tar.length; ) {
    const name = textAt(tar, at, 100);
    if (name === '') break;
    const sizeBytes = Number.parseInt(textAt(tar, at + 124, 12), 8);
    const type = textAt(tar, at + 156, 1);
    const header = tar.subarray(at, at + TAR_BLOCK_SIZE_BYTES);
    at += TAR_BLOCK_SIZE_BYTES;
    const path = `/${name.replace(/\/$/, '')}`;
    const content = tar.subarray(at, at + sizeBytes);
    if (type === DIRECTORY_TYPE) await disk.makeDirectory(path);
    else if (type === SPARSE_TYPE) await writeFile(disk, path, inflate(header, content));
    else await writeFile(disk, path, content);
    at += Math.ceil(sizeBytes / TAR_BLOCK_SIZE_BYTES) * TAR_BLOCK_SIZE_BYTES;
  }
  return disk;
}

async function writeFile(disk: SimDisk, path: string, content: Buffer): Promise<void> {
  const file = await disk.open(path, 'write');
  if (content.length > 0) await file.writev([content], 0);
  await file.close();
}

/** A sparse entry's content with its holes: the header lists where each stored piece belongs. */
function inflate(header: Buffer, stored: Buffer): Buffer {
  assert.equal(header[SPARSE_IS_EXTENDED_AT], 0, 'a sparse map beyond the header');
  const content = Buffer.alloc(Number.parseInt(textAt(header, SPARSE_REAL_SIZE_AT, 12), 8));
  let from = 0;
  for (let entry = 0; entry < SPARSE_MAP_ENTRIES; entry++) {
    const position = Number.parseInt(textAt(header, SPARSE_MAP_AT + entry * 24, 12), 8);
    const sizeBytes = Number.parseInt(textAt(header, SPARSE_MAP_AT + entry * 24 + 12, 12), 8);
    if (!Number.isInteger(position) || !Number.isInteger(sizeBytes)) break;
    stored.copy(content, position, from, from + sizeBytes);
    from += sizeBytes;
  }
  return content;
}

function textAt(buffer: Buffer, at: number, length: number): string {
  return buffer
    .toString('latin1', at, at + length)
    .replace(/\0.*$/s, '')
    .trim();
}
