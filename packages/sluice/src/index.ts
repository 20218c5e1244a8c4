/**
 * Sluice within a program or a test: a real broker on a free port, gone when it is closed.
 *
 * @example
 * import { Sluice } from 'sluice';
 *
 * await using sluice = await Sluice.start({ topics: [{ name: 'orders', partitions: 3 }] });
 * const producer = new Producer({ clientId: 'test', bootstrapBrokers: [sluice.bootstrap] });
 *
 * @module
 */
import { startEmbedded } from './embedded.ts';
import type { Sluice as RunningSluice, SluiceOptions } from './embedded-types.ts';

export type { Logger } from '@sluice/kernel/logger';
export type { AwsAccessKey, AwsOptions, GroupOptions, SluiceOptions, TopicOptions } from './embedded-types.ts';

/** A running broker. Closing it (or leaving the scope of `await using`) ends it and deletes what was temporary. */
export type Sluice = RunningSluice;

export const Sluice: {
  /**
   * Starts a broker and makes its topics; it serves when the promise settles. Any number may run in one process, each
   * on a port of its own.
   *
   * Fails with an error whose message says what to do: a port or data directory in use, an unknown setting, a topic that
   * cannot be made. Nothing is left running then.
   */
  start(options?: SluiceOptions): Promise<Sluice>;
} = { start: startEmbedded };
