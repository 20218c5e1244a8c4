import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createReport } from './report.ts';

test('the report ends with counts, and its result is the number of failures', () => {
  let text = '';
  const report = createReport((part) => {
    text += part;
  });
  const row = { client: 'sarama', caseName: 'seek', startedAt: performance.now() };
  report.add({ ...row, name: 'a' });
  report.add({ ...row, name: 'b', error: 'broke' });
  report.add({ ...row, name: 'c', skipped: 'no toolchain' });
  assert.equal(report.finish(), 1);
  assert.match(text, /^sarama {2}1, 1 FAILED, 1 skipped$/m);
  assert.match(text, /Failures:\n {2}sarama seek: b\n {6}broke\n/);
  assert.match(text, /^1 passed, 1 failed, 1 skipped\n$/m);
});
