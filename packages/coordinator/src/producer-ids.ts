import type { ProducerId } from '@sluice/kernel/ids';

/** What the controller gives to a broker at a time, as in Kafka. */
export const PRODUCER_ID_BLOCK_SIZE = 1000;
/** After a refusal the next block is not asked for sooner. */
export const BLOCK_RETRY_BACKOFF_MS = 50;
/** Claims that may wait for a block; one more is refused at once. */
export const CLAIMS_WAITING_MAX = 1000;
/** The next block is asked for when this part of the current one is used up. */
const PREFETCH_FROM = 0.9;

/** `count` ids from `firstProducerId` on, given to this broker alone, for ever. */
export interface ProducerIdBlock {
  readonly firstProducerId: ProducerId;
  readonly count: number;
}

export type ProducerIdsInput<Claim> =
  /** Somebody wants an id. `claim` comes back with the answer. */
  | { readonly kind: 'claim'; readonly claim: Claim }
  /** Answers to `requestBlock`: exactly one for each. */
  | { readonly kind: 'block'; readonly block: ProducerIdBlock }
  | { readonly kind: 'no-block' };

export interface ProducerIdReply<Claim> {
  readonly claim: Claim;
  /** `undefined`: none now, try again later. */
  readonly producerId: ProducerId | undefined;
}

export interface ProducerIdsOutput<Claim> {
  readonly replies: readonly ProducerIdReply<Claim>[];
  /** Ask the controller for a block, and bring back what came of it. At most one request is under way. */
  readonly requestBlock: boolean;
  /** Why a block that came was not used: a bug on the way, or the end of all ids. */
  readonly rejectedBlock?: string;
}

/**
 * Hands out producer ids from blocks. No id is given twice: a block belongs to the process that got it, what is left of
 * it when the process ends is never used, and a block that overlaps an earlier one is thrown away.
 */
export interface ProducerIds<Claim> {
  /** `nowMs` is monotonic. */
  step(input: ProducerIdsInput<Claim>, nowMs: number): ProducerIdsOutput<Claim>;
}

export function createProducerIds<Claim>(): ProducerIds<Claim> {
  const blocks: ProducerIdBlock[] = [];
  /** Used up of the first block. */
  let usedCount = 0;
  let highestGivenId = -1;
  let isRequested = false;
  let retryAtMs = Number.NEGATIVE_INFINITY;
  let waiting: Claim[] = [];

  function take(): ProducerId | undefined {
    const [block] = blocks;
    if (block === undefined) return undefined;
    const producerId = block.firstProducerId + usedCount++;
    if (usedCount === block.count) {
      blocks.shift();
      usedCount = 0;
    }
    return producerId;
  }

  function mustRequest(nowMs: number): boolean {
    if (isRequested || nowMs < retryAtMs || blocks.length > 1) return false;
    const [block] = blocks;
    return block === undefined || usedCount >= Math.floor(block.count * PREFETCH_FROM);
  }

  function request(nowMs: number): boolean {
    if (!mustRequest(nowMs)) return false;
    isRequested = true;
    return true;
  }

  function claimOne(claim: Claim, nowMs: number): ProducerIdsOutput<Claim> {
    const producerId = take();
    const requestBlock = request(nowMs);
    if (producerId === undefined && isRequested && waiting.length < CLAIMS_WAITING_MAX) {
      waiting.push(claim);
      return { replies: [], requestBlock };
    }
    return { replies: [{ claim, producerId }], requestBlock };
  }

  /** Everybody who waits gets an id, or, when there are none left and none coming, the refusal. */
  function answerWaiting(nowMs: number): ProducerIdsOutput<Claim> {
    const replies: ProducerIdReply<Claim>[] = [];
    for (const claim of waiting) {
      const producerId = take();
      if (producerId === undefined) break;
      replies.push({ claim, producerId });
    }
    waiting = waiting.slice(replies.length);
    const requestBlock = request(nowMs);
    if (!isRequested) {
      for (const claim of waiting) replies.push({ claim, producerId: undefined });
      waiting = [];
    }
    return { replies, requestBlock };
  }

  return {
    step(input, nowMs) {
      if (input.kind === 'claim') return claimOne(input.claim, nowMs);
      isRequested = false;
      const rejectedBlock = input.kind === 'block' ? faultOf(input.block, highestGivenId) : undefined;
      if (input.kind === 'block' && rejectedBlock === undefined) {
        blocks.push(input.block);
        highestGivenId = input.block.firstProducerId + input.block.count - 1;
      } else {
        retryAtMs = nowMs + BLOCK_RETRY_BACKOFF_MS;
      }
      const output = answerWaiting(nowMs);
      return rejectedBlock === undefined ? output : { ...output, rejectedBlock };
    },
  };
}

function faultOf({ firstProducerId, count }: ProducerIdBlock, highestGivenId: number): string | undefined {
  if (!Number.isSafeInteger(firstProducerId) || !Number.isSafeInteger(count) || firstProducerId < 0 || count < 1) {
    return `no range of ids: ${count} from ${firstProducerId}`;
  }
  if (!Number.isSafeInteger(firstProducerId + count - 1)) return 'the ids end at 2^53-1';
  if (firstProducerId <= highestGivenId)
    return `ids from ${firstProducerId} on, but up to ${highestGivenId} were given`;
  return undefined;
}
