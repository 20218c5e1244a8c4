import assert from 'node:assert/strict';

/** Three user records in one, nine hundred in another, both put twice. */
const USER_RECORDS = 2 * (3 + 900);

/** Aggregated records pass the door untouched. */
export function checkKpl(seen: unknown): void {
  assert.deepEqual(seen, { failed: 0, isByteEqual: true, userRecords: USER_RECORDS, isDeaggregated: true });
}
