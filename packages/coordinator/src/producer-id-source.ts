import type { Clock } from '@sluice/kernel/clock';
import type { ProducerId } from '@sluice/kernel/ids';
import type { Logger } from '@sluice/kernel/logger';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { createProducerIds, type ProducerIdBlock, type ProducerIdsInput } from './producer-ids.ts';

/**
 * The controller's AllocateProducerIds: a block that nobody else gets, written durably before it is answered. An error
 * code or a rejection leaves open whether one was taken; its ids are then lost, which is harmless.
 */
export type AllocateBlock = () => Promise<ProducerIdBlock | { readonly errorCode: number }>;

/** COORDINATOR_LOAD_IN_PROGRESS when there is none now: all clients retry it, while older ones give up on a timeout. */
export type NextProducerId = () => Promise<{ readonly producerId: ProducerId } | { readonly errorCode: number }>;

type Resolve = (answer: { readonly producerId: ProducerId } | { readonly errorCode: number }) => void;

/** Hands out producer ids to one broker's clients, at once as long as its block lasts. */
export function createProducerIdSource(options: {
  readonly allocateBlock: AllocateBlock;
  readonly clock: Clock;
  readonly logger: Logger;
}): NextProducerId {
  const { allocateBlock, clock, logger } = options;
  const producerIds = createProducerIds<Resolve>();

  function feed(input: ProducerIdsInput<Resolve>): void {
    const output = producerIds.step(input, clock.monotonicMs());
    if (output.rejectedBlock !== undefined) {
      logger.error('a block of producer ids was thrown away', { reason: output.rejectedBlock });
    }
    for (const { claim, producerId } of output.replies) {
      claim(producerId === undefined ? { errorCode: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS } : { producerId });
    }
    if (output.requestBlock) void requestBlock();
  }

  async function requestBlock(): Promise<void> {
    feed(await allocateBlock().then(inputOf, inputOfFailure));
  }

  function inputOf(answer: ProducerIdBlock | { readonly errorCode: number }): ProducerIdsInput<Resolve> {
    if (!('errorCode' in answer)) return { kind: 'block', block: answer };
    logger.warn('the controller gave no producer ids', { errorCode: answer.errorCode });
    return { kind: 'no-block' };
  }

  function inputOfFailure(error: unknown): ProducerIdsInput<Resolve> {
    logger.warn('the controller could not be asked for producer ids', { error: String(error) });
    return { kind: 'no-block' };
  }

  return () => new Promise((resolve) => feed({ kind: 'claim', claim: resolve }));
}
