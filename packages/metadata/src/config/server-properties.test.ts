import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { brokerSettings } from './broker-settings.ts';
import { staticBrokerValues } from './broker-values.ts';
import { parseListeners } from './listeners.ts';
import { parseProperties } from './properties-file.ts';
import { readServerProperties, type ServerPropertiesInput } from './server-properties.ts';
import { suggestName } from './suggest.ts';

function read(input: ServerPropertiesInput) {
  const result = readServerProperties(input);
  if (!result.ok) assert.fail(result.problems.join('\n'));
  return result.config;
}

function problemsOf(input: ServerPropertiesInput): readonly string[] {
  const result = readServerProperties(input);
  return result.ok ? [] : result.problems;
}

describe('properties file', () => {
  it('reads what Java reads', () => {
    const text = [
      '# comment',
      '  ! comment too',
      '',
      'a=1',
      'b : 2',
      'c   3',
      'd',
      '  e\t=\t5 ',
      'f=one,\\',
      '   two',
      'g=back\\\\',
      'h\\:i\\=j=x=y:z',
      'k=\\u00e9\\t\\q',
      'l=#no comment',
      'm=last\\',
    ].join('\r\n');
    assert.deepEqual(parseProperties(text), [
      ['a', '1'],
      ['b', '2'],
      ['c', '3'],
      ['d', ''],
      ['e', '5 '],
      ['f', 'one,two'],
      ['g', 'back\\'],
      ['h:i=j', 'x=y:z'],
      ['k', 'é\tq'],
      ['l', '#no comment'],
      ['m', 'last'],
    ]);
  });

  it('gives back any pairs that were written with escapes', () => {
    const escaped = (text: string) =>
      Array.from(
        { length: text.length },
        (_, index) => `\\u${text.charCodeAt(index).toString(16).padStart(4, '0')}`,
      ).join('');
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ minLength: 1 }), fc.string())), (pairs) => {
        const text = pairs.map(([name, value]) => `${escaped(name)}=${escaped(value)}`).join('\n');
        assert.deepEqual(parseProperties(text), pairs);
      }),
    );
  });
});

describe('server.properties', () => {
  it('lets --set win over the file, and the file over the base', () => {
    const { values } = read({
      base: { 'num.partitions': '1', 'log.dirs': 'base', 'broker.rack': 'base' },
      text: 'num.partitions=2\nlog.dirs=file\n',
      overrides: ['num.partitions = 3'],
    });
    assert.deepEqual(
      ['num.partitions', 'log.dirs', 'broker.rack'].map((name) => values.get(name)),
      ['3', 'file', 'base'],
    );
  });

  it('refuses what it does not know, all at once, and says what may have been meant', () => {
    const problems = problemsOf({
      text: 'num.partition=3\nlog.retention.hour=1\nretention.ms=5\nremote.storage.enable=true\nwhatever.it.is=1\n',
      overrides: ['sluice.durabilty=os', 'nonsense'],
    });
    const expected = [
      /nonsense/,
      /num\.partition\..*Did you mean num\.partitions\?/,
      /log\.retention\.hour\..*Did you mean log\.retention\.hours\?/,
      /retention\.ms is a configuration of topics.*log\.retention\.ms/,
      /remote\.storage\.enable is a configuration of topics/,
      /whatever\.it\.is\.$/,
      /sluice\.durabilty\..*Did you mean sluice\.durability\?/,
    ];
    assert.equal(problems.length, expected.length, problems.join('\n'));
    for (const [index, pattern] of expected.entries()) assert.match(problems[index] ?? '', pattern);
  });

  it('refuses invalid values with the reason', () => {
    assert.match(problemsOf({ overrides: ['num.partitions=0'] })[0] ?? '', /num\.partitions.*at least 1/);
    assert.match(problemsOf({ overrides: ['sluice.durability=maybe'] })[0] ?? '', /one of disk, os/);
    assert.match(problemsOf({ overrides: ['node.id=-4'] })[0] ?? '', /node\.id/);
    assert.match(problemsOf({ overrides: ['node.id=4', 'broker.id=5'] })[0] ?? '', /node\.id is 4/);
    assert.match(problemsOf({ overrides: ['broker.session.timeout.ms=3000'] })[0] ?? '', /at least twice/);
  });

  it('takes settings of a listener under its prefix', () => {
    assert.deepEqual(problemsOf({ overrides: ['listener.name.external.ssl.keystore.type=PEM'] }), []);
    assert.deepEqual(problemsOf({ overrides: ['listener.name.x.scram-sha-256.sasl.jaas.config=y'] }), []);
    assert.equal(problemsOf({ overrides: ['listener.name.external.ssl.keystor.type=PEM'] }).length, 1);
  });

  it('gives node.id and broker.id the same number, 1 if nobody says', () => {
    for (const [overrides, id] of [
      [[], 1],
      [['node.id=7'], 7],
      [['broker.id=8'], 8],
    ] as const) {
      const { nodeId, values } = read({ overrides });
      assert.deepEqual([nodeId, values.get('node.id'), values.get('broker.id')], [id, `${id}`, `${id}`]);
    }
  });

  it('finds no suggestion where nothing is near', () => {
    assert.equal(suggestName('zzz', ['num.partitions']), undefined);
    assert.equal(suggestName('NUM.PARTITIONS', ['num.partitions', 'num.io.threads']), 'num.partitions');
    assert.equal(suggestName('lsiteners', ['listeners', 'log.dirs']), 'listeners');
  });
});

describe('broker settings', () => {
  const settingsOf = (...overrides: string[]) => {
    const result = brokerSettings(staticBrokerValues(read({ overrides })));
    return result.ok ? result.settings : assert.fail(result.problem);
  };

  it('has a value for everything from defaults alone', () => {
    const settings = settingsOf();
    assert.deepEqual(settings.listeners, [{ name: 'PLAINTEXT', host: '', port: 9092, securityProtocol: 'PLAINTEXT' }]);
    assert.equal(settings.advertisedListeners, undefined);
    assert.equal(settings.socketRequestSizeBytesMax, 104_857_600);
    assert.equal(settings.queuedRequestBytesMax, Number.POSITIVE_INFINITY);
    assert.deepEqual([settings.durability, settings.rack, settings.deleteTopicEnable], ['disk', null, true]);
  });

  it('refuses to tell clients an address that nobody can connect to', () => {
    for (const host of ['0.0.0.0', '[::]', '']) {
      const overrides = [`advertised.listeners=PLAINTEXT://${host}:9092`];
      const result = brokerSettings(staticBrokerValues(read({ overrides })));
      assert(!result.ok && result.problem.includes('no client can connect'), host);
    }
  });

  it('reads what was set', () => {
    const settings = settingsOf(
      'listeners=INSIDE://127.0.0.1:0, OUTSIDE://[::1]:19092',
      'listener.security.protocol.map=inside:plaintext,OUTSIDE:SASL_SSL',
      'advertised.listeners=INSIDE://kafka.example:9092',
      'log.dirs=/a',
      'connections.max.idle.ms=-1',
      'max.connections.per.ip.overrides=10.0.0.1:5,::1:7',
      'sluice.durability=os',
    );
    assert.deepEqual(settings.listeners, [
      { name: 'INSIDE', host: '127.0.0.1', port: 0, securityProtocol: 'PLAINTEXT' },
      { name: 'OUTSIDE', host: '::1', port: 19_092, securityProtocol: 'SASL_SSL' },
    ]);
    assert.equal(settings.advertisedListeners?.[0]?.host, 'kafka.example');
    assert.deepEqual(settings.logDirs, ['/a']);
    assert.equal(settings.connectionsIdleMsMax, Number.POSITIVE_INFINITY);
    assert.deepEqual(
      [...settings.connectionsPerIpOverrides],
      [
        ['10.0.0.1', 5],
        ['::1', 7],
      ],
    );
    assert.equal(settings.durability, 'os');
  });

  it('refuses listeners that it cannot understand, with the reason', () => {
    const map = 'PLAINTEXT:PLAINTEXT';
    for (const items of [
      ['localhost:9092'],
      ['PLAINTEXT://h:70000'],
      ['X://h:1'],
      ['PLAINTEXT://h:1', 'PLAINTEXT://h:2'],
      [],
    ]) {
      const result = parseListeners('listeners', items, map);
      assert.ok(!result.ok && result.problem.startsWith('listeners: '), items.join());
    }
  });
});
