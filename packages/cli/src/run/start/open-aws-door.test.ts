import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { type Logger, silentLogger } from '@sluice/kernel/logger';
import { TEST_TLS } from '@sluice/kernel/real/http/testing/certificate';
import { createTestShell } from '../../testing/test-shell.ts';
import { doorSettings } from '../aws/door-settings.ts';
import { awsAddressOf, openAwsDoor } from './open-aws-door.ts';

const FIXED = { host: '127.0.0.1', port: 9092 };
const ANY = { host: '127.0.0.1', port: 0 };

describe('the address of the AWS door', () => {
  it('is port 4566 of loopback, wherever the broker listens', () => {
    assert.deepEqual(awsAddressOf({}, FIXED), { host: '127.0.0.1', port: 4566 });
    assert.deepEqual(awsAddressOf({ aws: true }, { host: '0.0.0.0', port: 9092 }), { host: '127.0.0.1', port: 4566 });
  });

  it('is none beside a broker at any free port, nor with --no-aws', () => {
    assert.equal(awsAddressOf({}, ANY), undefined);
    assert.equal(awsAddressOf({ aws: false }, FIXED), undefined);
  });

  it('is what --aws says', () => {
    const address = { host: '::1', port: 1 };
    assert.deepEqual(awsAddressOf({ aws: address }, ANY), address);
  });
});

describe('a port that is in use', () => {
  const taken = createServer();
  before(async () => {
    taken.listen(4566, '127.0.0.1');
    // If somebody else has it, it is in use all the same.
    await Promise.race([once(taken, 'listening'), once(taken, 'error').catch(() => {})]).catch(() => {});
  });
  after(() => taken.close());

  const parts = { bootstrap: '127.0.0.1:9092', settings: { kinesis: {} } };

  it('turns the door off that nobody asked for, and the log says so', async () => {
    const warned: unknown[] = [];
    const logger: Logger = { ...silentLogger, warn: (...line) => void warned.push(line) };
    assert.equal(await openAwsDoor({}, { ...parts, listen: FIXED, logger }), undefined);
    assert.deepEqual(warned, [
      [
        'the AWS services are off',
        {
          reason: '127.0.0.1:4566 is in use',
          hint: 'stop the program that listens there, or choose another port with --aws',
        },
      ],
    ]);
  });

  it('is a failure where the door was asked for', async () => {
    const flags = { aws: { host: '127.0.0.1', port: 4566 } };
    await assert.rejects(openAwsDoor(flags, { ...parts, listen: FIXED, logger: silentLogger }), {
      name: 'CliFailure',
      message: /127\.0\.0\.1:4566 is in use/,
    });
  });
});

describe('the settings of the door', () => {
  it('read keys and certificates from files', async () => {
    const files = {
      keys: '[a]\naws_access_key_id=A\naws_secret_access_key=s\n',
      cert: TEST_TLS.certificate,
      key: TEST_TLS.key,
    };
    const flags = {
      awsKeys: 'keys',
      awsCertificate: 'cert',
      awsPrivateKey: 'key',
      awsThrottle: true,
      awsStatusDelay: 5,
    };
    const { keys, tls, kinesis } = await doorSettings(createTestShell({ files }), flags);
    assert.deepEqual([...(keys?.keys() ?? [])], ['A']);
    assert.deepEqual(tls, TEST_TLS);
    assert.deepEqual(kinesis, { throttle: true, statusDelayMs: 5 });
  });

  it('are refused when they are halves, or no keys', async () => {
    const shell = createTestShell({ files: { keys: 'x', cert: 'C' } });
    await assert.rejects(doorSettings(shell, { awsCertificate: 'cert' }), {
      reason: 'usage',
      message: /certificate and its key/,
    });
    await assert.rejects(doorSettings(shell, { awsKeys: 'keys' }), { reason: 'usage', message: /line 1/ });
    await assert.rejects(doorSettings(shell, { awsKeys: 'env' }), {
      reason: 'usage',
      message: '--aws-keys env: AWS_ACCESS_KEY_ID is not set',
    });
  });

  it('are refused when certificate and key cannot be used', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const other = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const { certificate, key } = TEST_TLS;
    const shell = createTestShell({ files: { certificate, key, other, text: 'C' } });
    const refusal = (awsCertificate: string, awsPrivateKey: string, message: string) =>
      assert.rejects(doorSettings(shell, { awsCertificate, awsPrivateKey }), { reason: 'usage', message });
    await refusal('text', 'key', 'text is no certificate');
    await refusal('certificate', 'text', 'text is no private key');
    await refusal('certificate', 'other', 'other is not the key of certificate');
  });
});
