import type { Finding } from './compare.ts';

/** A place where Sluice means to answer otherwise than Kafka. docs/differences.md is made from this table. */
export type Difference = {
  readonly title: string;
  readonly reason: string;
  /** Which findings it covers: a file of cases, case names, and places in the answers (all when left out). */
  readonly file: string;
  readonly cases?: RegExp;
  readonly path?: RegExp;
};

export const differences: readonly Difference[] = [];

export function isCovered(finding: Finding, difference: Difference): boolean {
  return (
    finding.file === difference.file &&
    (difference.cases?.test(finding.caseName) ?? true) &&
    (difference.path?.test(finding.path) ?? true)
  );
}
