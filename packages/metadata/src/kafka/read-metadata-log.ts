import type { Disk } from '@sluice/kernel/disk';
import type { Offset } from '@sluice/kernel/ids';
import { LOG_SUFFIX, parseSegmentFileName } from '@sluice/log/file-names';
import { type WalkEnd, walkBatches } from '@sluice/log/walk-file';
import { ProtocolError } from '@sluice/protocol/protocol-error';
import { isBatchError } from '@sluice/protocol/records/batch-error';
import { isControlBatch, isCrcValid } from '@sluice/protocol/records/batch-header';
import { readRecords } from '@sluice/protocol/records/read-records';
import { type KafkaMetadata, type MetadataReplay, replayMetadata } from './kafka-metadata.ts';

/** The directory of Kafka's metadata log, in a log directory. */
export const METADATA_LOG_DIRECTORY = '__cluster_metadata-0';

/** A snapshot of the metadata: the offset behind the last record in it, and the epoch of that one. */
const SNAPSHOT_NAME = /^(\d{20})-(\d{10})\.checkpoint$/;

export type MetadataLog =
  | {
      readonly kind: 'metadata';
      readonly metadata: KafkaMetadata;
      /** The offset behind the last record that was read. */
      readonly endOffset: Offset;
      /** What was found wrong with it and gone round, in words. */
      readonly faults: readonly string[];
    }
  | { readonly kind: 'unreadable'; readonly reason: string };

/**
 * Reads `__cluster_metadata-0`: the newest snapshot that is whole, then the log behind it. A killed broker's log may end
 * within a batch; its last batches may also be some that a controller never committed, which nobody can tell offline.
 */
export async function readMetadataLog(disk: Disk, directory: string): Promise<MetadataLog> {
  const names = await disk.list(directory);
  const faults: string[] = [];
  const snapshots = names
    .filter((name) => SNAPSHOT_NAME.test(name))
    .sort()
    .reverse();
  for (const name of [...snapshots, undefined]) {
    const read = await readFrom(disk, directory, names, name).catch(reasonOfRecord);
    if (typeof read !== 'string') return { ...read, faults: [...faults, ...read.faults] };
    faults.push(read);
  }
  return { kind: 'unreadable', reason: faults.join('; ') };
}

/** Its checksum is right and its content makes no sense: nothing that a kill leaves. */
class UnreadableRecord extends Error {}

function reasonOfRecord(error: unknown): string {
  if (error instanceof UnreadableRecord || error instanceof ProtocolError) {
    return `there is a record that cannot be read: ${error.message}`;
  }
  throw error;
}

/** A text says why it cannot be read from this snapshot, or (`undefined`) without one. */
async function readFrom(disk: Disk, directory: string, names: readonly string[], snapshot: string | undefined) {
  const replay = replayMetadata();
  const from = Number(SNAPSHOT_NAME.exec(snapshot ?? '')?.[1] ?? 0);
  if (snapshot !== undefined) {
    const end = await replayFile(disk, `${directory}/${snapshot}`, replay, 0);
    if (end.fault !== undefined) return `${snapshot} is damaged: ${end.fault}`;
  }
  const bases = names
    .map(parseSegmentFileName)
    .filter((name) => name !== undefined)
    .filter((name) => name.suffix === LOG_SUFFIX && name.state === '')
    .map((name) => name.offset)
    .sort((left, right) => left - right);
  const first = bases[0];
  if (first === undefined && snapshot === undefined) return 'there is no log';
  if (first !== undefined && first > from) return `the log begins at offset ${first}, behind offset ${from}`;
  let endOffset = from;
  for (const [index, base] of bases.entries()) {
    const next = bases[index + 1];
    if (next !== undefined && next <= from) continue;
    const name = names.find((each) => each.endsWith(LOG_SUFFIX) && parseSegmentFileName(each)?.offset === base);
    const end = await replayFile(disk, `${directory}/${name}`, replay, from);
    endOffset = Math.max(endOffset, end.nextOffset);
    if (end.fault === undefined) continue;
    // Only the end may be torn: what comes behind a hole in the middle would be read as something else.
    if (next !== undefined) return `${name} is damaged: ${end.fault}`;
    const faults = [`${name} ends in bytes that are no whole batch (${end.fault}), as a kill may leave it`];
    return { kind: 'metadata' as const, metadata: replay.end(), endOffset, faults };
  }
  return { kind: 'metadata' as const, metadata: replay.end(), endOffset, faults: [] };
}

async function replayFile(
  disk: Disk,
  path: string,
  replay: MetadataReplay,
  from: Offset,
): Promise<WalkEnd & { readonly nextOffset: Offset }> {
  const file = await disk.open(path, 'read');
  try {
    let nextOffset = from;
    const end = await walkBatches(file, 0, await file.size(), (batch, buffer, at) => {
      if (!isCrcValid(buffer, at)) return { fault: 'a checksum does not match' };
      if (!isControlBatch(buffer, at) && batch.lastOffset >= from) {
        const records = readRecords(buffer, at);
        if (isBatchError(records)) throw new UnreadableRecord(records.message);
        for (const { offset, value } of records) if (offset >= from && value !== null) replay.add(value);
      }
      nextOffset = Math.max(nextOffset, batch.lastOffset + 1);
      return 'next';
    });
    return { ...end, nextOffset };
  } finally {
    await file.close();
  }
}
