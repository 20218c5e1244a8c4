import assert from 'node:assert/strict';
import { test } from 'node:test';
import { offsetsPartitionOf, record, recorded, tidy } from './transcript.ts';

test('a transcript reads back as it was written', () => {
  const transcript = [
    { typed: 'groups --list', code: 0, lines: [] },
    { typed: 'consumer-groups --describe', code: 1, lines: ['a $ b', 'Error: c'] },
  ];
  assert.deepEqual(recorded(record(transcript)), transcript);
});

test('what differs from run to run is left out', () => {
  const row = (member: string, port: number) => `g   ${member}   /127.0.0.1    localhost:${port}   (1)\n`;
  assert.deepEqual(
    tidy(row('consumer-tools.a-1-0b5ea5ab-5bd8-4a0b-9f0f-b3c1a3a4a5a6', 1234)),
    tidy(row('consumer-tools.a-22-1b5ea5ab-5bd8-4a0b-9f0f-b3c1a3a4a5a7', 56789)),
  );
  assert.notDeepEqual(tidy('LAG 1'), tidy('LAG 2'));
});

test("a group's partition is that of Java's hash", () => {
  assert.equal(offsetsPartitionOf('a'), 97 % 50);
  assert.equal(offsetsPartitionOf(''), 0);
  assert.equal(offsetsPartitionOf('tools.empty'), 1_747_833_990 % 50);
  // Java's least number has no counterpart without a sign: it counts as 0.
  assert.equal(offsetsPartitionOf('polygenelubricants'), 0);
});
