import type { Finding } from './compare.ts';
import type { Json } from './wire/decode.ts';

/** A place where Sluice means to answer otherwise than Kafka. docs/differences.md is made from this table. */
export type Difference = {
  readonly title: string;
  readonly kafka: string;
  readonly sluice: string;
  readonly reason: string;
  /** Not meant to stay: what takes it away. */
  readonly until?: string;
  /** Which findings it covers; none if no script can see it. */
  readonly places: readonly Place[];
};

/** What is left out matches everything. */
export type Place = {
  /** Start of the file's name under cases/. */
  readonly file?: string;
  readonly case?: RegExp;
  readonly path?: RegExp;
  readonly kafka?: RegExp;
  readonly here?: RegExp;
};

export function isCovered(finding: Finding, difference: Difference): boolean {
  return difference.places.some(
    (place) =>
      (place.file === undefined || finding.file.startsWith(place.file)) &&
      (place.case?.test(finding.caseName) ?? true) &&
      (place.path?.test(finding.path) ?? true) &&
      matches(place.kafka, finding.kafka) &&
      matches(place.here, finding.here),
  );
}

function matches(pattern: RegExp | undefined, value: Json | undefined): boolean {
  return pattern === undefined || pattern.test(value === undefined ? 'undefined' : JSON.stringify(value));
}
