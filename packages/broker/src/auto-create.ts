import type { Logger } from '@sluice/kernel/logger';
import { createTopics } from '@sluice/metadata/controller/create-topics';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { ChangeCluster } from './change-cluster.ts';
import type { TopicToCreate } from './internal-topics.ts';

/** Names that may be under way at once; more are left for the client to ask again. */
export const UNDER_WAY_COUNT_MAX = 1_000;

/**
 * Makes topics that were asked for and do not exist, each name once at a time. Settles when all of these that were under
 * way are made, or not: the image tells.
 */
export type AutoCreate = (names: readonly string[]) => Promise<void>;

export interface AutoCreateOptions {
  readonly changeCluster: ChangeCluster;
  readonly topicToCreate: TopicToCreate;
  readonly logger: Logger;
}

export function createAutoCreate({ changeCluster, topicToCreate, logger }: AutoCreateOptions): AutoCreate {
  const underWay = new Map<string, Promise<void>>();

  async function create(names: readonly string[]): Promise<void> {
    const outcome = await changeCluster(createTopics, { topics: names.map(topicToCreate), validateOnly: false });
    if (outcome.kind === 'refused') {
      logger.warn('topics were not auto-created', { reason: outcome.errorMessage });
      return;
    }
    for (const { name, errorCode, errorMessage } of outcome.reply.topics) {
      if (errorCode === ErrorCode.NONE) logger.info('topic auto-created', { topic: name });
      else logger.debug('topic not auto-created', { topic: name, reason: errorMessage ?? String(errorCode) });
    }
  }

  function begin(names: readonly string[]): void {
    const begun = names.filter((name) => !underWay.has(name)).slice(0, UNDER_WAY_COUNT_MAX - underWay.size);
    if (begun.length === 0) return;
    const done = create(begun)
      .catch((error: unknown) => logger.error('topics were not auto-created', { reason: String(error) }))
      .finally(() => {
        for (const name of begun) underWay.delete(name);
      });
    for (const name of begun) underWay.set(name, done);
  }

  return async function autoCreate(names) {
    begin(names);
    await Promise.all(names.map((name) => underWay.get(name)));
  };
}
