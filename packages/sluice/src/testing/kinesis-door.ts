import type { KafkaLog } from '@sluice/aws/kafka/kafka-log';
import { openKafkaLog } from '@sluice/aws/kafka/open-kafka-log';
import { createKinesis, type Kinesis } from '@sluice/aws/kinesis/kinesis';
import { realClock } from '@sluice/kernel/real/clock';
import { realNetwork } from '@sluice/kernel/real/network';
import { realRandom } from '@sluice/kernel/real/random';
import { startDisposable } from './disposable-broker.ts';

/** `host:port` of a cluster to run on, Apache Kafka's say, instead of a broker of our own. */
export const GIVEN_BOOTSTRAP = process.env.KINESIS_TEST_BOOTSTRAP;

/** Kinesis' operations in front of a cluster, without HTTP. */
export interface TestDoor extends AsyncDisposable {
  readonly log: KafkaLog;
  readonly operations: Kinesis['operations'];
}

export function openDoor(bootstrap: string): TestDoor {
  const [host = '', port] = bootstrap.split(':');
  const ports = { network: realNetwork, clock: realClock, random: realRandom };
  const log = openKafkaLog({ bootstrap: [{ host, port: Number(port) }], ...ports });
  const kinesis = createKinesis({ log, clock: realClock, random: realRandom, settings: { statusDelayMs: 1 } });
  return {
    log,
    operations: kinesis.operations,
    async [Symbol.asyncDispose]() {
      kinesis.close();
      await log.close();
    },
  };
}

export async function openCluster(): Promise<{ readonly bootstrap: string } & AsyncDisposable> {
  if (GIVEN_BOOTSTRAP !== undefined) return { bootstrap: GIVEN_BOOTSTRAP, async [Symbol.asyncDispose]() {} };
  return await startDisposable({});
}

export const context = () => ({
  accountId: '123456789012',
  region: 'eu-central-1',
  awsPartition: 'aws',
  requestId: 'request',
  now: realClock.now(),
  signal: new AbortController().signal,
});
