import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiError, ERROR_MESSAGE_LENGTH_MAX } from './api-error.ts';

test('a message at the limit stays as it is, one past it is cut', () => {
  const atLimit = 'x'.repeat(ERROR_MESSAGE_LENGTH_MAX);
  assert.equal(apiError(1, atLimit).errorMessage, atLimit);
  assert.equal(apiError(1, `${atLimit}y`).errorMessage, `${'x'.repeat(ERROR_MESSAGE_LENGTH_MAX - 1)}…`);
});
