import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createTopicScan } from './topic-scan.ts';

const names = Array.from({ length: 5000 }, (_, i) => `topic-${i}`);

describe('a scan of all topics', () => {
  it('finds what each pattern matches', () => {
    const scan = scanOf(['topic-1.?', 'topic-49.9', 'none'], names);
    while (scan.advance() !== undefined);
    assert.equal(scan.topics.get('topic-1.?')?.size, 11);
    assert.deepEqual([...(scan.topics.get('topic-49.9') ?? [])].slice(0, 2), ['topic-4909', 'topic-4919']);
    assert.equal(scan.topics.get('none')?.size, 0);
  });

  it('takes more and longer breaks, the heavier the pattern', () => {
    const light = slices('topic-.*');
    const heavy = slices('(.{0,9}t){20}');
    assert.ok(light.length > 3 && heavy.length > 10 * light.length, `${light.length} and ${heavy.length} slices`);
    assert.ok(Math.max(...light) <= 1 && Math.min(...heavy) > 10, `${light[0]} and ${heavy[0]} ms`);
  });

  it('sees one topic in each slice if one is more than a slice may take', () => {
    const heavy = '.{249}';
    const long = Array.from({ length: 10 }, (_, i) => `${i}`.repeat(249));
    const pauses = slices(heavy, long);
    assert.equal(pauses.length, long.length);
    assert.ok(Math.min(...pauses) > 10);
  });

  it('compiles some patterns in each slice, however many there are', () => {
    const patterns = Array.from({ length: 100 }, (_, i) => `none-${i}`);
    const scan = scanOf(patterns, ['a']);
    let sliceCount = 1;
    while (scan.advance() !== undefined) sliceCount++;
    assert.ok(sliceCount > 2, `${sliceCount} slices`);
    assert.equal(scan.topics.size, 100);
  });

  it('tells of a pattern that is none, which matches nothing, and goes on', () => {
    const errors: string[] = [];
    const scan = createTopicScan(['[', 'a'], ['a'], ({ message }) => errors.push(message));
    while (scan.advance() !== undefined);
    assert.match(errors.join(), /missing closing/);
    assert.deepEqual(
      [...scan.topics.values()].map((matched) => matched.size),
      [0, 1],
    );
  });

  it('is done at once without topics or patterns', () => {
    assert.equal(scanOf(['a'], []).advance(), undefined);
    assert.equal(scanOf([], names).advance(), undefined);
  });

  it('holds on to the topics of the moment when it began', () => {
    const now = ['a'];
    const scan = scanOf(['.'], now);
    now.push('b');
    scan.advance();
    assert.deepEqual([...(scan.topics.get('.') ?? [])], ['a']);
  });
});

function scanOf(patterns: readonly string[], topicNames: readonly string[]) {
  return createTopicScan(patterns, topicNames, ({ message }) => assert.fail(message));
}

/** The pauses after all slices but the last. */
function slices(pattern: string, topicNames: readonly string[] = names): number[] {
  const scan = scanOf([pattern], topicNames);
  const pauses: number[] = [];
  for (let pause = scan.advance(); pause !== undefined; pause = scan.advance()) pauses.push(pause);
  return pauses;
}
