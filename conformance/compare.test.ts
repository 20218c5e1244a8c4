import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareResults } from './compare.ts';
import type { Json } from './wire/decode.ts';

const results = (answers: Json) => ({ plain: new Map([[1, answers]]) });
const paths = (kafka: Json, here: Json) =>
  compareResults('03-x', results(kafka), results(here)).map((finding) => finding.path);

test('equal answers have no findings', () => {
  assert.deepEqual(paths([{ a: 1, b: [{ name: 'x', c: null }] }], [{ a: 1, b: [{ name: 'x', c: null }] }]), []);
});

test('a value, a field and an element that differ are each found where they are', () => {
  assert.deepEqual(paths([{ a: 1 }], [{ a: 2 }]), ['0.a']);
  assert.deepEqual(paths([{ a: 1 }], [{ a: 1, b: null }]), ['0.b']);
  assert.deepEqual(paths([{ t: [{ name: 'x' }, { name: 'y' }] }], [{ t: [{ name: 'y' }] }]), ['0.t[name=x]']);
  assert.deepEqual(paths([{ a: 1 }], [{ a: 1 }, { a: 2 }]), ['1']);
  assert.deepEqual(paths([{ a: null }], [{ a: [] }]), ['0.a']);
});

test('a case or version without a recording is a finding', () => {
  assert.equal(compareResults('03-x', {}, results([])).length, 1);
});
