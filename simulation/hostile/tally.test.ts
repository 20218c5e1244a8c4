import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Attack } from './attack.ts';
import { formatReport, violationCount } from './report.ts';
import { createTally } from './tally.ts';

const attack: Attack = { name: 'a', fault: 'F23', weight: 1, strike: async () => ({ outcome: 'closed' }) };

test('blows are counted by outcome, violations by what they are, with the first seed', () => {
  const tally = createTally([attack]);
  tally.add(attack, { outcome: 'closed' }, 1, 5);
  tally.add(attack, { outcome: 'held', violation: 'silent' }, 2, 9);
  tally.add(attack, { outcome: 'held', violation: 'silent' }, 3, 7);
  const attacks = tally.reports();
  assert.deepEqual(attacks, [
    {
      name: 'a',
      fault: 'F23',
      blows: 3,
      closed: 1,
      answered: 0,
      held: 2,
      slowestMs: 9,
      violations: [{ what: 'silent', count: 2, firstSeed: 2 }],
    },
  ]);
  const report = {
    seed: 1,
    seconds: 1,
    attacks,
    wellBehaved: { operations: 0, quietP99Ms: 0, p99Ms: 0, slowestMs: 0 },
    process: undefined,
    violations: ['the broker is gone'],
  };
  assert.equal(violationCount(report), 3);
  assert.match(formatReport(report), /VIOLATION x2: silent \(--only a --blow 2\).*3 violations/s);
});
