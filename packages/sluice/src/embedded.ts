import { silentLogger } from '@sluice/kernel/logger';
import { createTopics } from './create-topics.ts';
import type { Sluice, SluiceOptions } from './embedded-types.ts';
import { startBroker } from './start-broker.ts';

/** {@link Sluice.start} */
export async function startEmbedded(options: SluiceOptions = {}): Promise<Sluice> {
  const { topics = [], host = '127.0.0.1', port = 0, dataDirectory, settings = {}, logger = silentLogger } = options;
  const broker = await startBroker({
    settings,
    listen: { host, port },
    ...(dataDirectory === undefined ? {} : { dataDirectories: [dataDirectory] }),
    ephemeral: dataDirectory === undefined,
    logger,
  });
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    const ending = closing ?? broker.close();
    closing = ending;
    return ending;
  };
  try {
    await createTopics(broker.bootstrap, topics, { mayExist: dataDirectory !== undefined });
  } catch (error) {
    await close();
    throw error;
  }
  return {
    bootstrap: broker.bootstrap,
    clusterId: broker.clusterId,
    nodeId: broker.nodeId,
    createTopics: (more) => createTopics(broker.bootstrap, more, { mayExist: false }),
    close,
    [Symbol.asyncDispose]: close,
  };
}
