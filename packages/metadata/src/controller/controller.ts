import type { Clock } from '@sluice/kernel/clock';
import type { Logger } from '@sluice/kernel/logger';
import type { Random } from '@sluice/kernel/random';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { StaticConfig } from '../config/static-config.ts';
import type { ImageFollower } from '../image/follow.ts';
import { controllerKey, partitionsPrefix } from '../image/keys.ts';
import { type MetadataStore, type Revision, StoreError } from '../store/metadata-store.ts';
import type { Controller, Outcome, RunOptions } from './controller-types.ts';
import type { Decided, Decision } from './decision.ts';
import { packWrites } from './pack-writes.ts';
import { holdTenure } from './tenure.ts';

/** Requests that wait for their turn at once; more are refused. */
export const WAITING_COUNT_MAX = 10_000;
/** Times that a request is decided anew because another write came between. */
export const CONFLICT_COUNT_MAX = 100;

export interface ControllerOptions {
  readonly staticConfig: StaticConfig;
  readonly store: MetadataStore;
  readonly follower: ImageFollower;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly leaseTtlMs: number;
}

type Refused = Extract<Outcome<never>, { kind: 'refused' }>;

/**
 * The shell around the decisions: holds the controller's key, decides one request at a time on this broker's image, and
 * writes each decision as a transaction that compares the key (several if the store takes no more at once).
 */
export async function startController(options: ControllerOptions): Promise<Controller> {
  const { staticConfig, store, follower, clock, random, logger, leaseTtlMs } = options;
  const tenure = await holdTenure({ nodeId: staticConfig.nodeId, store, follower, clock, logger, leaseTtlMs });
  let turn: Promise<unknown> = Promise.resolve();
  let waitingCount = 0;
  /** The tenure that has cleared up what an earlier controller left half-done. */
  let clearedTenure: Revision | undefined;

  async function decideAndWrite<Request, Reply>(
    decision: Decision<Request, Reply>,
    request: Request,
  ): Promise<Outcome<Reply>> {
    for (let conflicts = 0; conflicts < CONFLICT_COUNT_MAX; conflicts += 1) {
      const revision = tenure.revision;
      if (revision === undefined) return notController;
      if (clearedTenure !== revision) {
        await clearLeftovers(revision);
        clearedTenure = revision;
      }
      const context = { image: follower.image, nowMs: clock.now(), random, staticConfig };
      const decided = decision(context, request);
      const written = await write(decided, revision);
      if (written.kind === 'written') {
        await follower.reached(written.revision);
        return { kind: 'decided', reply: decided.reply, revision: written.revision };
      }
      await follower.reached(written.revision);
      if (follower.controllerRevision !== revision) {
        tenure.lost();
        return notController;
      }
    }
    return refused(ErrorCode.REQUEST_TIMED_OUT, 'Other changes came between again and again.');
  }

  async function write<Reply>(
    { writes }: Decided<Reply>,
    tenureRevision: Revision,
  ): Promise<{ kind: 'written' | 'conflict'; revision: Revision }> {
    let { revision } = follower.image;
    for (const { compare, ops } of packWrites(writes, store.limits)) {
      const result = await store.txn({
        compare: [{ key: controllerKey, createRevision: tenureRevision }, ...compare],
        success: ops,
      });
      ({ revision } = result);
      if (!result.succeeded) return { kind: 'conflict', revision };
    }
    return { kind: 'written', revision };
  }

  /** Partitions whose topic never came: their controller stopped between two transactions. */
  async function clearLeftovers(tenureRevision: Revision): Promise<void> {
    const ids = follower.staged().filter((id) => !follower.image.topicsById.has(id));
    if (ids.length === 0) return;
    logger.info('removing what an earlier controller left half-done', { topics: ids.length });
    const writes = ids.map((id) => ({
      stage: [],
      commit: [{ kind: 'delete-prefix', prefix: partitionsPrefix(id) } as const],
    }));
    const { revision } = await write({ writes, reply: undefined }, tenureRevision);
    await follower.reached(revision);
  }

  async function run<Request, Reply>(
    decision: Decision<Request, Reply>,
    request: Request,
    { timeoutMs = Number.POSITIVE_INFINITY }: RunOptions = {},
  ): Promise<Outcome<Reply>> {
    if (timeoutMs <= 0) return timedOut;
    if (waitingCount >= WAITING_COUNT_MAX) return refused(ErrorCode.REQUEST_TIMED_OUT, 'Too many requests wait.');
    const deadlineMs = clock.monotonicMs() + timeoutMs;
    const inTurn = async (): Promise<Outcome<Reply>> => {
      waitingCount -= 1;
      if (clock.monotonicMs() >= deadlineMs) return timedOut;
      try {
        return await decideAndWrite(decision, request);
      } catch (error) {
        if (error instanceof StoreError) return storeRefusal(error, logger);
        throw error;
      }
    };
    waitingCount += 1;
    const outcome = turn.then(inTurn);
    turn = outcome.catch(() => undefined);
    return outcome;
  }

  return {
    get active() {
      return tenure.revision !== undefined;
    },
    run,
    async close() {
      await turn;
      await tenure.close();
    },
  };
}

function refused(errorCode: number, errorMessage: string): Refused {
  return { kind: 'refused', errorCode, errorMessage };
}

const notController = refused(ErrorCode.NOT_CONTROLLER, 'This broker is not the controller.');
const timedOut = refused(ErrorCode.REQUEST_TIMED_OUT, 'The request timed out before its turn came.');

/** What a failed transaction means to a client: where it may have happened after all, an error that says so. */
function storeRefusal(error: StoreError, logger: Logger): Refused {
  logger.error('a change of the metadata failed', { tag: error.tag, reason: error.message });
  switch (error.tag) {
    case 'limit':
      return refused(ErrorCode.POLICY_VIOLATION, error.message);
    case 'no-space':
    case 'read-only':
      return refused(ErrorCode.KAFKA_STORAGE_ERROR, error.message);
    case 'unavailable':
    case 'busy':
      return refused(ErrorCode.REQUEST_TIMED_OUT, error.message);
    case 'closed':
      return refused(ErrorCode.NOT_CONTROLLER, error.message);
    default:
      return refused(ErrorCode.UNKNOWN_SERVER_ERROR, error.message);
  }
}
