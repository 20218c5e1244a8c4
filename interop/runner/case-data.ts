import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesOf, digest } from './bytes.ts';
import type { BytesSpec, Digest, RecordSpec } from './contract.ts';
import { interop } from './paths.ts';

type WrittenRecord = {
  readonly key: BytesSpec;
  readonly value: BytesSpec;
  readonly headers?: RecordSpec['headers'];
  /** From the timestamp that its place in the set gives it. */
  readonly timestampDelta?: number;
};

type CaseData = {
  readonly codecs: readonly string[];
  readonly baseTimestamp: number;
  readonly shapes: readonly (readonly WrittenRecord[])[];
  readonly timeline: { records: number; recordsPerBatch: number; stepMs: number; codec: string };
  readonly flood: { records: number; partitions: number; codec: string };
  readonly stream: { records: number; chunk: number; pauseMs: number };
  readonly tooLargeLimitBytes: number;
};

export const caseData: CaseData = JSON.parse(readFileSync(join(interop, 'cases.json'), 'utf8'));

/** The records of every shape and size, in the groups that are to be sent together. */
export const shapes: readonly (readonly RecordSpec[])[] = (() => {
  let place = 0;
  return caseData.shapes.map((batch) =>
    batch.map(({ key, value, headers = [], timestampDelta = 0 }) => {
      place += 1;
      return { key, value, headers, timestamp: caseData.baseTimestamp + place * 1000 + timestampDelta };
    }),
  );
})();

export const timeline: readonly (readonly RecordSpec[])[] = (() => {
  const { records, recordsPerBatch, stepMs } = caseData.timeline;
  const record = (index: number): RecordSpec => ({
    key: `key ${index}`,
    value: `value ${index}`,
    headers: [],
    timestamp: caseData.baseTimestamp + index * stepMs,
  });
  return Array.from({ length: records / recordsPerBatch }, (_, batch) =>
    Array.from({ length: recordsPerBatch }, (__, index) => record(batch * recordsPerBatch + index)),
  );
})();

/** A record as a reader must tell of it. */
export type Expected = {
  readonly offset: number;
  readonly timestamp: number;
  readonly key: Digest;
  readonly value: Digest;
  readonly headers: readonly (readonly [string, Digest])[];
};

const digests = new Map<BytesSpec, Digest>();

/** `offsets[i]` is where record i was written, or null where its writer cannot write such a record. */
export function expectedRecords(
  batches: readonly (readonly RecordSpec[])[],
  offsets: readonly (number | null)[],
): Expected[] {
  return batches.flat().flatMap((record, index) => {
    const offset = offsets[index];
    if (offset === undefined || offset === null) return [];
    const headers = record.headers.map(([name, value]) => [name, digestOf(value)] as const);
    const { timestamp } = record;
    return [{ offset, timestamp, key: digestOf(record.key), value: digestOf(record.value), headers }];
  });
}

function digestOf(spec: BytesSpec): Digest {
  const known = digests.get(spec);
  if (known !== undefined) return known;
  const made = digest(bytesOf(spec));
  digests.set(spec, made);
  return made;
}
