import { KinesisClient } from '@aws-sdk/client-kinesis';

export const STREAM = 'readings';

/** For the service in the cloud it would be `new KinesisClient()`. Sluice takes any key, unless it is started with --aws-keys. */
export function connect(): KinesisClient {
  return new KinesisClient({
    endpoint: process.env.AWS_ENDPOINT_URL ?? 'http://127.0.0.1:4566',
    region: 'eu-central-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
  });
}
