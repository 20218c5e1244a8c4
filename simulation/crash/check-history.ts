import type { History } from './history.ts';
import type { CheckOptions, Rule, Verdict } from './rule.ts';
import { acknowledgedStays } from './rules/acknowledged-stays.ts';
import { answersMakeSense } from './rules/answers-make-sense.ts';
import { commitsStay } from './rules/commits-stay.ts';
import { deletionsStay } from './rules/deletions-stay.ts';
import { lastValuesStay } from './rules/last-values-stay.ts';
import { lookupsAreRight } from './rules/lookups-are-right.ts';
import { metadataStays } from './rules/metadata-stays.ts';
import { midBatchFetches } from './rules/mid-batch-fetches.ts';
import { noDuplicates } from './rules/no-duplicates.ts';
import { noPhantoms } from './rules/no-phantoms.ts';
import { offsetsKeepTheirRecords } from './rules/offsets-keep-their-records.ts';
import { offsetsRise } from './rules/offsets-rise.ts';
import { pollsAreContiguous } from './rules/polls-are-contiguous.ts';
import { startsAreBounded } from './rules/starts-are-bounded.ts';
import { watermarksRise } from './rules/watermarks-rise.ts';

export interface RowVerdict extends Verdict {
  readonly row: string;
  readonly promise: string;
}

/** All that can be decided from what clients saw. Pure: a history, however it came about, always gets the same verdict. */
export function checkHistory(history: History, options: CheckOptions): RowVerdict[] {
  const rules: readonly Rule[] = [
    acknowledgedStays,
    offsetsKeepTheirRecords,
    offsetsRise,
    noDuplicates,
    noPhantoms,
    watermarksRise,
    pollsAreContiguous,
    midBatchFetches,
    commitsStay,
    lookupsAreRight,
    lastValuesStay,
    deletionsStay,
    metadataStays,
    startsAreBounded(options),
    answersMakeSense,
  ];
  return rules.map((rule) => ({ row: rule.row, promise: rule.promise, ...rule.check(history) }));
}
