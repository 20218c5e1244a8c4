import type { Logger } from '@sluice/kernel/logger';
import { createTopics } from '@sluice/metadata/controller/create-topics';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { ChangeCluster } from './change-cluster.ts';

/** Names that may be under way at once; more are left for the client to ask again. */
export const UNDER_WAY_COUNT_MAX = 1_000;
const BY_DEFAULT = -1;

/** Makes topics that were asked for and do not exist, with the broker's defaults, each name once at a time. */
export function createAutoCreate(changeCluster: ChangeCluster, logger: Logger): (names: readonly string[]) => void {
  const underWay = new Set<string>();

  async function create(names: readonly string[]): Promise<void> {
    const topics = names.map((name) => ({
      name,
      numPartitions: BY_DEFAULT,
      replicationFactor: BY_DEFAULT,
      assignments: [],
      configs: [],
    }));
    const outcome = await changeCluster(createTopics, { topics, validateOnly: false });
    if (outcome.kind === 'refused') {
      logger.warn('topics were not auto-created', { reason: outcome.errorMessage });
      return;
    }
    for (const { name, errorCode, errorMessage } of outcome.reply.topics) {
      if (errorCode === ErrorCode.NONE) logger.info('topic auto-created', { topic: name });
      else logger.debug('topic not auto-created', { topic: name, reason: errorMessage ?? String(errorCode) });
    }
  }

  return function autoCreate(names) {
    const begun = names.filter((name) => !underWay.has(name)).slice(0, UNDER_WAY_COUNT_MAX - underWay.size);
    if (begun.length === 0) return;
    for (const name of begun) underWay.add(name);
    create(begun)
      .catch((error: unknown) => logger.error('topics were not auto-created', { reason: String(error) }))
      .finally(() => {
        for (const name of begun) underWay.delete(name);
      });
  };
}
