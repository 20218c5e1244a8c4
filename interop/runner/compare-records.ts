import type { Expected } from './case-data.ts';
import type { Seen } from './contract.ts';

const differencesShownMax = 5;

export type Allowance = {
  /** The writer could not set timestamps: any of the last day will do. */
  readonly ownTimestamps?: boolean;
  /** The reader cannot tell some header values apart and says "?". */
  readonly unseenHeaders?: boolean;
};

/** Throws with the first differences when what was read is not what was written. */
export function compareRecords(seen: readonly Seen[], expected: readonly Expected[], allow: Allowance = {}): void {
  const differences: string[] = [];
  if (seen.length !== expected.length) differences.push(`${seen.length} records, not ${expected.length}`);
  expected.forEach((want, index) => {
    const got = seen[index];
    if (got === undefined) return;
    const at = `record ${want.offset}`;
    const note = (what: string, gotten: unknown, wanted: unknown) => {
      if (gotten !== wanted) differences.push(`${at}: ${what} ${gotten}, not ${wanted}`);
    };
    note('offset', got.offset, want.offset);
    note('key', got.key, want.key);
    note('value', got.value, want.value);
    if (allow.ownTimestamps !== true) note('timestamp', got.timestamp, want.timestamp);
    else if (Math.abs(Date.now() - got.timestamp) > 86_400_000) note('timestamp', got.timestamp, 'of today');
    const headers = want.headers.map(([name, value], place) => {
      const unseen = allow.unseenHeaders === true && got.headers[place]?.[1] === '?';
      return [name, unseen ? '?' : value];
    });
    note('headers', JSON.stringify(got.headers), JSON.stringify(headers));
  });
  if (differences.length > 0) throw new Error(differences.slice(0, differencesShownMax).join('\n'));
}
