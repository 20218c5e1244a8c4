import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { weighPattern } from './pattern-weight.ts';
import { re2 } from './re2.ts';

describe("a pattern's weight", () => {
  const partsOf = (pattern: string) => weighPattern(pattern).parts;

  it('of plain text is nothing, however long', () => {
    assert.equal(partsOf('orders-of-region-1'), 0);
    assert.equal(partsOf('orders\\.eu\\-1'), 0);
    assert.equal(partsOf('\\Qa.*b\\E'), 0);
  });

  it('multiplies repetitions out', () => {
    assert.equal(partsOf('a{10}'), 20);
    assert.equal(partsOf('a{2,10}'), 20);
    assert.equal(partsOf('a{10,}'), 22);
    assert.equal(partsOf('(a{10}){10}'), 220);
    assert.equal(partsOf('a{'), 0);
    assert.equal(partsOf('x[{]{10}'), 20);
  });

  it('is not fooled by brackets that are characters', () => {
    for (const open of ['\\(', '[(]', '[](]', '[^](]', '[[:alpha:](]', '[\\](]', '\\Q(\\E', '\\x{28}', '[)]', '\\)']) {
      assert.ok(partsOf(`(${open}){100}`) >= 100, open);
    }
  });

  it('counts classes of Unicode wherever they stand', () => {
    assert.equal(weighPattern('\\pL\\P{Greek}[\\p{N}\\x{100}-\\x{200}é]').unicodeTerms, 6);
  });

  it('and its length bound the program that a pattern becomes', () => {
    const atom = fc.constantFrom(
      ...'a b . \\d \\. [ab] [^a] [](] [[:alpha:]] \\Qx(\\E \\x61 \\x{28} ^ $ \\b \\pL | é'.split(' '),
    );
    const quantifier = fc.constantFrom('', '', '*', '+', '?', '{3}', '{2,}', '{0,4}', '{1,3}?', '{');
    const sequence = fc.letrec<{ sequence: string; item: string }>((tie) => ({
      sequence: fc.array(tie('item'), { maxLength: 4 }).map((items) => items.join('')),
      item: fc
        .tuple(
          fc.oneof(
            { depthSize: 'small' },
            atom,
            tie('sequence').map((inner) => `(${inner})`),
          ),
          quantifier,
        )
        .map(([inner, count]) => inner + count),
    })).sequence;
    let valid = 0;
    fc.assert(
      fc.property(sequence, (pattern) => {
        const size = programSize(pattern);
        if (size === undefined) return;
        valid++;
        assert.ok(size <= 4 + pattern.length + 3 * partsOf(pattern), `${pattern}: ${size}, ${partsOf(pattern)} parts`);
      }),
      { numRuns: 1000 },
    );
    assert.ok(valid > 200, `${valid} patterns`);
  });

  it('is told of any text without throwing', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'()[]{}\\^$|?*+.,:-0129aEQpPx') }), (text) => {
        assert.ok(partsOf(text) >= 0);
      }),
    );
  });
});

function programSize(pattern: string): number | undefined {
  const { RE2JS, RE2JSSyntaxException } = re2();
  try {
    return RE2JS.compile(pattern).programSize();
  } catch (error) {
    assert.ok(error instanceof RE2JSSyntaxException);
    return undefined;
  }
}
