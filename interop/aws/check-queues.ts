import assert from 'node:assert/strict';

const DATA = Buffer.from(Array.from({ length: 256 }, (_, index) => index)).toString('base64');
const RECORDS = 12;

/** What becomes of a queue's records, as an SDK sees it that knows all its operations. */
export function checkQueues(seen: unknown, stream: string): void {
  assert.deepEqual(seen, {
    created: 'CREATING',
    visibility: 120,
    keys: Array.from({ length: RECORDS }, (_, index) => `ключ ${index}`).sort(),
    data: [DATA],
    // Received once, once more as a dead letter, and for the first time since it was restored.
    counts: [[1], [2], [1]],
    ids: RECORDS,
    failed: [],
    wrong: ['InvalidArgumentException'],
    listed: [`${stream}-queue`],
    tags: [{ Key: 'team', Value: 'walkers' }],
    refusal: 'ResourceInUseException',
  });
}
