import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readServerProperties } from './server-properties.ts';
import { securitySettings } from './unserved-settings.ts';

describe('settings that are not served', () => {
  it('are those of security, and listeners that need it', () => {
    const settings = (given: Record<string, string>) => securitySettings(new Map(Object.entries(given)));
    assert.deepEqual(settings({ 'num.partitions': '3', 'security.inter.broker.protocol': 'PLAINTEXT' }), []);
    assert.deepEqual(settings({ listeners: 'PLAINTEXT://:9092,CONTROLLER://:9093' }), []);
    assert.deepEqual(settings({ 'authorizer.class.name': '' }), []);
    assert.deepEqual(settings({ listeners: 'PLAINTEXT://:9092,SASL_SSL://:9093' }), ['listeners']);
    const mapped = { listeners: 'inside://:9092', 'listener.security.protocol.map': 'INSIDE:ssl' };
    assert.deepEqual(settings(mapped), ['listeners']);
    assert.deepEqual(
      settings({
        'super.users': 'User:a',
        'listener.name.x.scram-sha-256.sasl.jaas.config': 'y',
        'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        'ssl.keystore.location': '/k',
      }),
      [
        'authorizer.class.name',
        'listener.name.x.scram-sha-256.sasl.jaas.config',
        'ssl.keystore.location',
        'super.users',
      ],
    );
  });

  it('are those of Kafka 3.x, which are left out instead of refused', () => {
    const text = [
      'zookeeper.connect=localhost:2181',
      'zookeeper.connection.timeout.ms=18000',
      'inter.broker.protocol.version=3.6',
      'log.message.format.version=3.0',
      'super.users=User:admin',
      'num.partitions=2',
    ].join('\n');
    const read = readServerProperties({ text });
    assert(read.ok);
    assert.deepEqual(
      [...read.leftOver.keys()],
      text
        .split('\n')
        .slice(0, 5)
        .map((line) => line.split('=')[0]),
    );
    assert.equal(read.config.values.has('zookeeper.connect'), false);
    assert.equal(read.config.values.get('num.partitions'), '2');
  });
});

describe('a problem of a setting', () => {
  it('names the file and the line that it stands in', () => {
    const text = '# one\nlog.dirs=/a,\\\n  /b\n\nnum.partition=3\nnum.network.threads=x\nwhat=1\n';
    const read = readServerProperties({ text, textName: 'conf/server.properties', overrides: ['what=2'] });
    assert(!read.ok);
    assert.equal(read.problems.length, 3);
    assert.match(read.problems[0] ?? '', /^conf\/server\.properties:5: Unknown configuration num\.partition\./);
    assert.match(read.problems[1] ?? '', /^conf\/server\.properties:6: .*num\.network\.threads/);
    assert.match(read.problems[2] ?? '', /^Unknown configuration what\./);
  });
});
