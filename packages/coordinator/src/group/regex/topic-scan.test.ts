import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compileTopicRegex, type TopicRegex } from './topic-regex.ts';
import { createTopicScan, SCAN_SLICE_WORK_MAX } from './topic-scan.ts';

const names = Array.from({ length: 5000 }, (_, i) => `topic-${i}`);

describe('a scan of all topics', () => {
  it('finds what each pattern matches', () => {
    const scan = createTopicScan([regex('topic-1.?'), regex('topic-49.9'), regex('none')], names);
    while (scan.advance() !== undefined);
    assert.equal(scan.topics.get('topic-1.?')?.size, 11);
    assert.deepEqual([...(scan.topics.get('topic-49.9') ?? [])].slice(0, 2), ['topic-4909', 'topic-4919']);
    assert.equal(scan.topics.get('none')?.size, 0);
  });

  it('takes more and longer breaks, the heavier the pattern', () => {
    const light = slices(regex('topic-.*'));
    const heavy = slices(regex('(.{0,9}t){20}'));
    assert.ok(light.length > 3 && heavy.length > 10 * light.length, `${light.length} and ${heavy.length} slices`);
    assert.ok(Math.max(...light) <= 1 && Math.min(...heavy) > 10, `${light[0]} and ${heavy[0]} ms`);
  });

  it('sees one topic in each slice if one is more than a slice may take', () => {
    const seen: string[] = [];
    const heaviest: TopicRegex = {
      kind: 'regex',
      pattern: 'p',
      weight: SCAN_SLICE_WORK_MAX,
      matches: (topic) => seen.push(topic) > 0,
    };
    const scan = createTopicScan([heaviest], ['a', 'b']);
    scan.advance();
    assert.deepEqual(seen, ['a']);
    assert.equal(scan.advance(), undefined);
    assert.deepEqual([...(scan.topics.get('p') ?? [])], ['a', 'b']);
  });

  it('is done at once without topics or patterns', () => {
    assert.equal(createTopicScan([regex('a')], []).advance(), undefined);
    assert.equal(createTopicScan([], names).advance(), undefined);
  });

  it('holds on to the topics of the moment when it began', () => {
    const now = ['a'];
    const scan = createTopicScan([regex('.')], now);
    now.push('b');
    scan.advance();
    assert.deepEqual([...(scan.topics.get('.') ?? [])], ['a']);
  });
});

/** The pauses after all slices but the last. */
function slices(pattern: TopicRegex): number[] {
  const scan = createTopicScan([pattern], names);
  const pauses: number[] = [];
  for (let pause = scan.advance(); pause !== undefined; pause = scan.advance()) pauses.push(pause);
  return pauses;
}

function regex(pattern: string): TopicRegex {
  const compiled = compileTopicRegex(pattern);
  assert.ok(compiled.kind === 'regex');
  return compiled;
}
