import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createTestShell } from '../../testing/test-shell.ts';
import { resolveStart } from './resolve-start.ts';

function resolve(options: Parameters<typeof resolveStart>[1], file = '') {
  return resolveStart(createTestShell({ files: { 'server.properties': file } }), options);
}

describe('what sluice start was told', () => {
  it('is Kafka’s port on loopback and ./sluice-data by default', async () => {
    const { listen, dataDirectories, ephemeral, settings } = await resolve({});
    assert.deepEqual(listen, { host: 'localhost', port: 9092 });
    assert.deepEqual(dataDirectories, ['./sluice-data']);
    assert.equal(ephemeral, false);
    assert.equal(settings.listeners, 'PLAINTEXT://localhost:9092');
    assert.equal(settings['log.dirs'], './sluice-data');
  });

  it('is the file, then --set, then the other flags', async () => {
    const file = 'num.partitions=3\nlog.dirs=/from/file\nlisteners=PLAINTEXT://:9095,CONTROLLER://:9096\n';
    const controller = 'controller.listener.names=CONTROLLER\n';
    const options = { config: 'server.properties', set: [['num.partitions', '5'] as const] };
    const fromFile = await resolve(options, file + controller);
    assert.deepEqual(fromFile.listen, { host: '0.0.0.0', port: 9095 });
    assert.deepEqual(fromFile.dataDirectories, ['/from/file']);
    assert.equal(fromFile.settings['num.partitions'], '5');
    const fromFlags = await resolve(
      { ...options, data: ['here', 'there'], listen: { host: '::1', port: 0 } },
      file + controller,
    );
    assert.deepEqual(fromFlags.listen, { host: '::1', port: 0 });
    assert.deepEqual(fromFlags.dataDirectories, ['here', 'there']);
    assert.equal(fromFlags.settings['log.dirs'], 'here,there');
    assert.equal(fromFlags.settings.listeners, 'PLAINTEXT://[::1]:0');
  });

  it('is several directories, by log.dirs or by --data for each', async () => {
    const bySetting = await resolve({ set: [['log.dirs', '/a, /b']] });
    assert.deepEqual(bySetting.dataDirectories, ['/a', '/b']);
    const both = await resolve({ data: ['/a', '/b'], set: [['log.dirs', '/a,/b']] });
    assert.deepEqual(both.dataDirectories, ['/a', '/b']);
    const logDir = await resolve({ set: [['log.dir', '/c']] });
    assert.deepEqual(logDir.dataDirectories, ['/c']);
  });

  it('keeps nothing when it is ephemeral, whatever the file says', async () => {
    const { dataDirectories, ephemeral } = await resolve(
      { ephemeral: true, config: 'server.properties' },
      'log.dirs=/x',
    );
    assert.deepEqual(dataDirectories, []);
    assert.equal(ephemeral, true);
  });

  it('warns of a broker that is not protected as its settings ask, and of what Kafka 4 has no more', async () => {
    assert.deepEqual((await resolve({})).warnings, []);
    const file = 'listeners=SASL_SSL://:9093\nsuper.users=User:a\nzookeeper.connect=z:2181\n';
    const { warnings, settings } = await resolve(
      { config: 'server.properties', listen: { host: '::1', port: 0 }, set: [['ssl.keystore.location', '/nope']] },
      file,
    );
    assert.deepEqual(
      warnings.map(({ fields }) => fields),
      [{ settings: 'listeners, ssl.keystore.location, super.users' }, { settings: 'zookeeper.connect' }],
    );
    assert.match(warnings[0]?.message ?? '', /everybody who can connect/);
    assert.equal(settings['zookeeper.connect'], undefined);
  });

  const refused: readonly [string, Parameters<typeof resolveStart>[1], string, RegExp][] = [
    ['a misspelt name', { set: [['num.partition', '3']] }, '', /num\.partition\. Did you mean num\.partitions\?/],
    ['a value that is none', { set: [['num.partitions', 'x']] }, '', /'x' for configuration num\.partitions/],
    [
      'a misspelt name in the file',
      { config: 'server.properties' },
      'log.retention.hour=1',
      /server\.properties:1: .*log\.retention\.hours\?/,
    ],
    ['--ephemeral with --data', { ephemeral: true, data: ['x'] }, '', /give one|keeps nothing/],
    ['a listener with encryption', { set: [['listeners', 'SSL://:9093']] }, '', /without encryption/],
    ['directories that contradict each other', { data: ['/a'], set: [['log.dirs', '/a,/b']] }, '', /contradict/],
    ['a listener that is none', { set: [['listeners', 'here']] }, '', /NAME:\/\/host:port/],
  ];
  for (const [name, options, file, message] of refused) {
    it(`refuses ${name}`, async () => {
      await assert.rejects(resolve(options, file), { name: 'CliFailure', reason: 'usage', message });
    });
  }
});
