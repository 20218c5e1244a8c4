import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { configTable } from './definition.ts';
import { doubleText, parseDouble, parseInteger, trimAscii } from './java-text.ts';
import { type ParsedConfig, parseConfig } from './parse-config.ts';
import { brokerConfigs, groupConfigs, topicConfigs } from './tables.ts';
import { validValues } from './valid-values.ts';

function topicValue(name: string, raw: string): ParsedConfig | undefined {
  const definition = topicConfigs.get(name) ?? groupConfigs.get(name) ?? assert.fail(name);
  const parsed = parseConfig(definition, raw);
  return parsed.ok ? parsed.value : undefined;
}
const textOf = (name: string, raw: string) => topicValue(name, raw)?.text;

describe('configuration values', () => {
  it('takes every default of every table', () => {
    for (const table of [topicConfigs, brokerConfigs, groupConfigs]) {
      for (const definition of table.values()) {
        if (definition.defaultValue === null) continue;
        const parsed = parseConfig(definition, definition.defaultValue);
        assert.ok(parsed.ok, definition.name);
        assert.equal(parsed.value.text, definition.defaultValue, definition.name);
      }
    }
  });

  it('reads whole numbers as Java does', () => {
    assert.equal(textOf('retention.ms', ' +007 '), '7');
    assert.equal(textOf('retention.ms', '-0'), '0');
    assert.equal(textOf('retention.ms', '9223372036854775807'), '9223372036854775807');
    for (const raw of ['', ' ', 'week', '1.5', '1e3', '0x10', '1_000', '9223372036854775808', '--1', '1 2']) {
      assert.equal(textOf('retention.ms', raw), undefined, raw);
    }
    assert.equal(textOf('max.message.bytes', '2147483647'), '2147483647');
    assert.equal(textOf('max.message.bytes', '2147483648'), undefined);
  });

  it('reads fractions as Java does', () => {
    const ratio = (raw: string) => textOf('min.cleanable.dirty.ratio', raw);
    assert.deepEqual(['0.30', '1e-9', ' .5 ', '1.', '1f', '1d', '0', 'NaN', '-0.0'].map(ratio), [
      '0.3',
      '1.0E-9',
      '0.5',
      '1.0',
      '1.0',
      '1.0',
      '0.0',
      'NaN',
      '-0.0',
    ]);
    for (const raw of ['', '.', '0x10', 'Infinity', '1.1', '-0.1', 'half']) assert.equal(ratio(raw), undefined, raw);
  });

  it('reads truth in any case, lists with white space, and the empty list', () => {
    assert.equal(textOf('preallocate', ' TRUE '), 'true');
    assert.equal(textOf('preallocate', 'yes'), undefined);
    assert.equal(textOf('cleanup.policy', ' compact , delete '), 'compact,delete');
    assert.equal(textOf('cleanup.policy', 'compact,compact'), 'compact');
    assert.equal(textOf('leader.replication.throttled.replicas', '0:1,0:1'), '0:1,0:1');
    assert.equal(textOf('cleanup.policy', ''), '');
    for (const raw of [',', 'delete,', 'delete,keep', 'DELETE']) assert.equal(textOf('cleanup.policy', raw), undefined);
  });

  it('keeps to ranges, with their exceptions, and to choices', () => {
    for (const raw of ['-1', '1', '9']) assert.equal(textOf('compression.gzip.level', raw), raw);
    for (const raw of ['-2', '0', '10']) assert.equal(textOf('compression.gzip.level', raw), undefined);
    for (const raw of ['-131072', '22']) assert.equal(textOf('compression.zstd.level', raw), raw);
    assert.equal(textOf('compression.zstd.level', '23'), undefined);
    assert.equal(textOf('segment.bytes', '1048575'), undefined);
    assert.equal(textOf('compression.type', 'GZIP'), undefined);
    assert.equal(textOf('message.timestamp.type', 'LogAppendTime'), 'LogAppendTime');
  });

  it('takes throttled replicas as pairs or a star', () => {
    const throttled = (raw: string) => textOf('leader.replication.throttled.replicas', raw);
    for (const raw of ['', '*', '0:1', '0:1,1:22']) assert.equal(throttled(raw), raw);
    for (const raw of ['0', '0:', ':1', 'a:b', '0:1,*', '0:-1']) assert.equal(throttled(raw), undefined, raw);
  });

  it("takes where a share group starts as Kafka's durations", () => {
    const reset = (raw: string) => textOf('share.auto.offset.reset', raw);
    for (const raw of ['earliest', 'latest', 'by_duration:PT1H', 'by_duration:P1D', 'by_duration:P1DT2H3M4.5S']) {
      assert.equal(reset(raw), raw);
    }
    for (const raw of ['EARLIEST', 'by_duration:', 'by_duration:x', 'by_duration:-PT1H', 'by_duration:P', 'none']) {
      assert.equal(reset(raw), undefined, raw);
    }
  });

  it('never repeats a password', () => {
    const definition = configTable(
      [{ name: 'p', type: 'PASSWORD', required: false, default: null, valid: '[a, b]', importance: 'LOW' }],
      { documentation: {} },
    ).get('p');
    const parsed = parseConfig(definition ?? assert.fail(), 'secret');
    assert.ok(!parsed.ok && !parsed.message.includes('secret'));
  });

  it('fails on valid values in words that it does not know', () => {
    assert.throws(() => validValues({ name: 'x', valid: 'whatever is nice' }), /x: whatever is nice/);
  });

  it('takes commas alone for the empty list, whose text is theirs without repeats', () => {
    const parsed = parseConfig(brokerConfigs.get('listeners') ?? assert.fail(), ' , ,');
    assert.deepEqual(parsed.ok && parsed.value, { kind: 'list', items: [], text: '' });
  });

  it('prints what it reads: reading the text again gives the same', () => {
    const anything = fc.oneof(
      fc.string(),
      fc.integer().map(String),
      fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
      fc.double().map(String),
      fc.constantFrom('true', 'FALSE', 'gzip', 'delete , compact', '*', '0:1 ,1:2', ',', ' , ,'),
    );
    const definition = fc.constantFrom(...topicConfigs.values(), ...groupConfigs.values(), ...brokerConfigs.values());
    fc.assert(
      fc.property(definition, anything, (config, raw) => {
        const first = parseConfig(config, raw);
        if (!first.ok) return;
        const again = parseConfig(config, first.value.text);
        assert.ok(again.ok);
        assert.deepEqual(again.value, first.value);
      }),
      { numRuns: 2_000 },
    );
  });

  it('reads and prints numbers as Java over their whole range', () => {
    fc.assert(
      fc.property(fc.double(), (number) => {
        const text = doubleText(number);
        assert.ok(Object.is(parseDouble(text), number), text);
        assert.match(text, /^(NaN|-?Infinity|-?[0-9]+\.[0-9]+(E-?[0-9]+)?)$/);
      }),
    );
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }), (integer) => {
        const isLong = integer >= -(2n ** 63n) && integer < 2n ** 63n;
        assert.equal(parseInteger('LONG', integer.toString()), isLong ? integer : undefined);
      }),
    );
    assert.equal(doubleText(12_345_678), '1.2345678E7');
    assert.equal(doubleText(1e21), '1.0E21');
    assert.equal(trimAscii('\u0000 \t a\u00a0 \n'), 'a\u00a0');
  });
});
