import { silentLogger } from '@sluice/kernel/logger';
import { addressOf } from './ask-broker.ts';
import { configureGroups } from './configure-groups.ts';
import { createTopics } from './create-topics.ts';
import type { AwsOptions, Sluice, SluiceOptions } from './embedded-types.ts';
import { type RunningBroker, startBroker } from './start-broker.ts';

/** A test's group has all its members at once: nobody is to wait the 3 s that Kafka gives others to come. */
const DEFAULT_SETTINGS = { 'group.initial.rebalance.delay.ms': '0' };

/** {@link Sluice.start} */
export async function startEmbedded(options: SluiceOptions = {}): Promise<Sluice> {
  const { topics = [], groups = [], host = '127.0.0.1', port = 0, dataDirectory } = options;
  const { settings = {}, logger = silentLogger } = options;
  const broker = await startBroker({
    settings: { ...DEFAULT_SETTINGS, ...settings },
    listen: { host, port },
    ...(dataDirectory === undefined ? {} : { dataDirectories: [dataDirectory] }),
    ephemeral: dataDirectory === undefined,
    logger,
  });
  let closing: Promise<void> | undefined;
  let door: { readonly endpoint: string; close(): Promise<void> } | undefined;
  const end = async (): Promise<void> => {
    await door?.close();
    await broker.close();
  };
  const close = (): Promise<void> => {
    const ending = closing ?? end();
    closing = ending;
    return ending;
  };
  try {
    await createTopics(broker.bootstrap, topics, { mayExist: dataDirectory !== undefined });
    await configureGroups(broker.bootstrap, groups);
    if (options.aws !== undefined && options.aws !== false) door = await openDoor(broker, options.aws, options);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    bootstrap: broker.bootstrap,
    clusterId: broker.clusterId,
    nodeId: broker.nodeId,
    awsEndpoint: door?.endpoint,
    createTopics: (more) => createTopics(broker.bootstrap, more, { mayExist: false }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Read only when somebody wants it: a broker without a door pays nothing for it. */
async function openDoor(
  { bootstrap }: RunningBroker,
  aws: true | AwsOptions,
  { host = '127.0.0.1', logger = silentLogger }: SluiceOptions,
) {
  const { startAwsDoor } = await import('./start-aws-door.ts');
  const { port = 0, keys, ...kinesis } = aws === true ? {} : aws;
  return startAwsDoor({
    listen: { host, port },
    bootstrap: [addressOf(bootstrap)],
    ...(keys === undefined ? {} : { keys: new Map(keys.map((key) => [key.accessKeyId, key])) }),
    kinesis,
    logger,
    option: 'aws.port',
  });
}
