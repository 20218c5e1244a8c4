import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SHOWN_CHARS_MAX, shown } from './shown.ts';

test('a text at the limit is quoted whole, a longer one is cut', () => {
  const text = 'x'.repeat(SHOWN_CHARS_MAX);
  assert.equal(shown(text), text);
  assert.equal(shown(`${text}x`), `${text}…`);
});
