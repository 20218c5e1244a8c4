import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { AccessKeys } from '@sluice/aws/front/auth/credentials';
import type { KinesisSettings } from '@sluice/aws/kinesis/settings';
import type { AwsDoorFlags } from '../../commands/aws-options.ts';
import { CliFailure } from '../../failure.ts';
import type { Shell } from '../../shell.ts';

/** A file larger than this is neither keys nor a certificate. */
const FILE_SIZE_BYTES_MAX = 1024 * 1024;

export interface DoorSettings {
  readonly keys?: AccessKeys;
  readonly tls?: { readonly key: string; readonly certificate: string };
  readonly kinesis: Partial<KinesisSettings>;
}

/** What the options of the AWS door say, with the files that they name. Fails with `CliFailure`. */
export async function doorSettings(shell: Shell, flags: AwsDoorFlags): Promise<DoorSettings> {
  const { awsKeys, awsThrottle, awsStatusDelay } = flags;
  const tls = await readTls(shell, flags);
  return {
    ...(awsKeys === undefined ? {} : { keys: await readKeys(shell, awsKeys) }),
    ...(tls === undefined ? {} : { tls }),
    kinesis: {
      ...(awsThrottle === undefined ? {} : { throttle: awsThrottle }),
      ...(awsStatusDelay === undefined ? {} : { statusDelayMs: awsStatusDelay }),
    },
  };
}

async function readKeys(shell: Shell, source: string): Promise<AccessKeys> {
  const { readKeysFile, readKeysFromEnvironment } = await import('@sluice/aws/front/auth/credentials');
  const isEnvironment = source === 'env';
  const read = isEnvironment ? readKeysFromEnvironment(shell.environment) : readKeysFile(await readText(shell, source));
  if (read.ok) return read.keys;
  const hint = isEnvironment ? 'set it, or name a file' : 'write it like ~/.aws/credentials';
  throw new CliFailure('usage', `--aws-keys ${source}: ${read.problem}`, hint);
}

async function readTls(shell: Shell, { awsCertificate, awsPrivateKey }: AwsDoorFlags): Promise<DoorSettings['tls']> {
  if (awsCertificate === undefined && awsPrivateKey === undefined) return undefined;
  if (awsCertificate === undefined || awsPrivateKey === undefined) {
    throw new CliFailure(
      'usage',
      'TLS needs a certificate and its key',
      'give --aws-certificate and --aws-private-key',
    );
  }
  const tls = { certificate: await readText(shell, awsCertificate), key: await readText(shell, awsPrivateKey) };
  const certificate = parsed(awsCertificate, 'certificate', () => new X509Certificate(tls.certificate));
  const key = parsed(awsPrivateKey, 'private key', () => createPrivateKey(tls.key));
  if (!certificate.checkPrivateKey(key)) {
    throw new CliFailure(
      'usage',
      `${awsPrivateKey} is not the key of ${awsCertificate}`,
      'give the two that belong together',
    );
  }
  return tls;
}

/** Here, since a server that is told to use it fails as if it were not the user's mistake. */
function parsed<T>(path: string, what: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    throw new CliFailure('usage', `${path} is no ${what}`, 'PEM is wanted, without a passphrase', { cause });
  }
}

async function readText(shell: Shell, path: string): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of shell.readFile(path)) {
    chunks.push(chunk);
    sizeBytes += chunk.length;
    if (sizeBytes > FILE_SIZE_BYTES_MAX) throw new CliFailure('usage', `${path} is too large`);
  }
  return Buffer.concat(chunks).toString();
}
