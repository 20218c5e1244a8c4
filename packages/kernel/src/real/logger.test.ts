import assert from 'node:assert/strict';
import { it } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { createLogger, type LoggerOptions } from './logger.ts';

const clock = { now: () => Date.UTC(2025, 0, 2, 3, 4, 5, 6) };

function collect(options: LoggerOptions) {
  const lines: string[] = [];
  return { lines, logger: createLogger({ ...options, clock, write: (line) => lines.push(line) }) };
}

it('writes JSON lines with the bound fields', () => {
  const { lines, logger } = collect({ format: 'json' });
  logger.with({ broker: 1 }).warn('disk is slow', { ms: 12.5, gone: undefined });
  assert.equal(lines[0]?.at(-1), '\n');
  assert.deepEqual(JSON.parse(lines[0] ?? ''), {
    time: '2025-01-02T03:04:05.006Z',
    level: 'warn',
    message: 'disk is slow',
    broker: 1,
    ms: 12.5,
  });
});

it('a field cannot stand in for what every line has', () => {
  const { lines, logger } = collect({ format: 'json' });
  logger.error('real', { level: 'debug', message: 'fake' });
  const { level, message } = JSON.parse(lines[0] ?? '');
  assert.deepEqual([level, message], ['error', 'real']);
});

it('writes pretty lines, one per event whatever is in the text', () => {
  const { lines, logger } = collect({ format: 'pretty' });
  logger.info('topic made', { topic: 'orders', reason: 'two words', evil: 'a\nb\x1b[2J' });
  logger.info('a\nb');
  assert.deepEqual(lines.map(stripVTControlCharacters), [
    '03:04:05.006 info  topic made topic=orders reason="two words" evil="a\\nb\\u001b[2J"\n',
    '03:04:05.006 info  "a\\nb"\n',
  ]);
});

it('drops what is quieter than its level', () => {
  const { lines, logger } = collect({ format: 'json', level: 'warn' });
  logger.debug('a');
  logger.info('b');
  logger.warn('c');
  logger.error('d');
  assert.equal(lines.length, 2);
});
