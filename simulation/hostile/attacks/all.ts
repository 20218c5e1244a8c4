import { gzipSync, zstdCompressSync } from 'node:zlib';
import { CODECS } from '@sluice/protocol/compression/codec';
import { compress } from '@sluice/protocol/compression/registry';
import type { Attack } from '../attack.ts';
import { announcedFrames } from './announced-frames.ts';
import { badBatches, bombPlain, compressionBombs } from './bad-batches.ts';
import { abandonedFrames, byteFlips, randomBodies, unknownVersions } from './byte-flips.ts';
import { frameSizes } from './frame-sizes.ts';
import { groupCrowds } from './group-crowds.ts';
import { hugeCounts } from './huge-counts.ts';
import { recordedRequests } from './recorded-requests.ts';
import { slowloris } from './slowloris.ts';
import { structuredFuzz } from './structured-fuzz.ts';
import { wrongProtocol } from './wrong-protocol.ts';

/** Below the default `max.message.bytes`, as the bombs must be to go off. */
const BATCH_SIZE_BYTES_MAX = 1_000_000;

/** Builds the bombs once: packing them takes a second. */
export function allAttacks(): readonly Attack[] {
  const plain = bombPlain();
  const payloads = [
    { codecId: CODECS.indexOf('zstd'), payload: zstdCompressSync(plain) },
    { codecId: CODECS.indexOf('gzip'), payload: gzipSync(plain) },
    // These two expand 255 and 21 times at most: the bomb is what still fits.
    { codecId: CODECS.indexOf('lz4'), payload: compress('lz4', plain) },
    { codecId: CODECS.indexOf('snappy'), payload: compress('snappy', plain.subarray(0, 15_000_000)) },
  ];
  return [
    slowloris,
    announcedFrames,
    frameSizes,
    hugeCounts,
    groupCrowds,
    wrongProtocol,
    recordedRequests,
    structuredFuzz,
    byteFlips,
    randomBodies,
    unknownVersions,
    abandonedFrames,
    badBatches,
    compressionBombs(payloads.filter(({ payload }) => payload.length < BATCH_SIZE_BYTES_MAX)),
  ];
}
