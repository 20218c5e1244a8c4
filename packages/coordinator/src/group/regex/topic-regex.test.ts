import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import {
  compileTopicRegex,
  PATTERN_LENGTH_MAX,
  PATTERN_PARTS_MAX,
  PATTERN_UNICODE_TERMS_MAX,
  type TopicRegex,
} from './topic-regex.ts';

/** What RE2/J, with which Apache Kafka 4.3.1 matches topics, made of patterns: matching topics by index, or its complaint. */
type Recorded = readonly [pattern: string, outcome: readonly number[] | string];

const [header = '{}', ...lines] = readFileSync(new URL('../../../vectors/topic-regexes.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n');
const topics: readonly string[] = JSON.parse(header).topics;
const recorded: readonly Recorded[] = lines.map((line) => JSON.parse(line));

/** RE2/J calls an unmatched bracket an internal error. */
const WORDED_BETTER = new Map([['regexp/syntax: internal error', 'unexpected )']]);

describe("subscriptions by regular expression, beside Kafka's RE2/J", () => {
  const tooLarge = (pattern: string) => messageOf(pattern)?.includes('expression too large');

  it('match the same topics', () => {
    let compared = 0;
    for (const [pattern, outcome] of recorded) {
      if (typeof outcome === 'string' || tooLarge(pattern)) continue;
      const regex = compiled(pattern);
      const matching = topics.flatMap((topic, index) => (regex.matches(topic) ? [index] : []));
      assert.deepEqual(matching, outcome, pattern);
      compared++;
    }
    assert.ok(compared > 300, `${compared} patterns`);
  });

  it('are refused for the same reasons in the same words', () => {
    let compared = 0;
    for (const [pattern, reason] of recorded) {
      if (typeof reason !== 'string' || tooLarge(pattern)) continue;
      const expected = WORDED_BETTER.get(reason) ?? reason;
      assert.equal(
        messageOf(pattern),
        `SubscribedTopicRegex \`${pattern}\` is not a valid regular expression: ${expected}.`,
      );
      compared++;
    }
    assert.ok(compared > 100, `${compared} patterns`);
  });

  it('are small enough for us if they are of any use', () => {
    const refused = recorded.map(([pattern]) => pattern).filter(tooLarge);
    assert.deepEqual(refused, ['a{1001}', 'a{1000}', '((((a{5}){5}){5}){5})', '.{0,1000}']);
  });
});

describe('a hostile pattern', () => {
  it('of nested counts is refused before it is expanded', () => {
    for (const pattern of ['((a{0,100}){0,100}){0,100}', '(((x{30}){30}){30}){30}', '(.{0,1000}){0,1000}']) {
      assert.match(messageOf(pattern) ?? '', /too large/);
    }
  });

  it('may have so many parts and no more, repetitions multiplied out', () => {
    assert.equal(compiled('.'.repeat(PATTERN_PARTS_MAX)).kind, 'regex');
    assert.match(messageOf('.'.repeat(PATTERN_PARTS_MAX + 1)) ?? '', /more than 500 parts/);
    assert.equal(compiled('.{249}').matches('a'.repeat(249)), true);
    assert.match(messageOf('.{251}') ?? '', /more than 500 parts/);
  });

  it('may be so long and no longer, and is not sent back in full', () => {
    assert.equal(compiled('a'.repeat(PATTERN_LENGTH_MAX)).kind, 'regex');
    const message = messageOf('a'.repeat(PATTERN_LENGTH_MAX + 1)) ?? '';
    assert.match(message, /more than 8192 characters/);
    assert.ok(message.length < 300);
  });

  it('may have so many classes of Unicode and no more', () => {
    assert.equal(compiled('\\p{L}'.repeat(PATTERN_UNICODE_TERMS_MAX)).kind, 'regex');
    assert.match(messageOf('\\p{L}'.repeat(PATTERN_UNICODE_TERMS_MAX + 1)) ?? '', /classes beyond ASCII/);
  });

  it('names some hundred topics without being one', () => {
    const names = Array.from({ length: 200 }, (_, i) => `orders-of-region-${i}\\.v1`);
    const regex = compiled(`^(${names.join('|')})$`);
    assert.equal(regex.matches('orders-of-region-199.v1'), true);
    assert.equal(regex.matches('orders-of-region-200.v1'), false);
  });
});

function compiled(pattern: string): TopicRegex {
  const regex = compileTopicRegex(pattern);
  assert.ok(regex.kind === 'regex', pattern);
  return regex;
}

function messageOf(pattern: string): string | undefined {
  const regex = compileTopicRegex(pattern);
  return regex.kind === 'error' ? regex.message : undefined;
}
