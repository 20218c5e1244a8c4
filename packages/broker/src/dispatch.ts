import { AssertionError } from '@sluice/kernel/assert';
import type { Logger } from '@sluice/kernel/logger';
import type { Metrics } from '@sluice/kernel/metrics';
import { stackOf } from '@sluice/kernel/stack-of';
import { encodeResponse } from '@sluice/protocol/frames';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { apiVersionsResponseCodec } from '@sluice/protocol/generated/messages/api-versions-response';
import { decodeRequestHeader, type RequestHeader } from '@sluice/protocol/headers';
import { ProtocolError } from '@sluice/protocol/protocol-error';
import { Reader } from '@sluice/protocol/reader';
import type { Api, Outcome } from './define-api.ts';
import type { Peer } from './request.ts';

export type { Outcome } from './define-api.ts';

/** A request that has begun. An outcome never fails: what goes wrong inside closes the connection. */
export interface Begun {
  readonly outcome: Outcome | Promise<Outcome>;
  readonly isPipelined: boolean;
  /** Until it settles no other request of the connection may begin. Never fails. */
  readonly effects?: Promise<void>;
}

/**
 * Begins a request. While others of its connection are under way, only a pipelined one begins: any other sees all that
 * came before it, so it is to be dispatched again later.
 */
export type Dispatch = (frame: Buffer, peer: Peer, areOthersUnderWay: boolean) => Begun | 'later';

export interface DispatchOptions {
  readonly apis: ReadonlyMap<number, Api>;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** A broken invariant in a handler: a bug of ours. */
  onBug(error: unknown): void;
}

const API_VERSIONS_KEY = 18;

/** frame → header → API → decode → handle → encode. */
export function createDispatch({ apis, logger, metrics, onBug }: DispatchOptions): Dispatch {
  const counters = new Map(
    [...apis.values()].map((api) => [api.key, metrics.counter('sluice_requests_total', { api: api.name })]),
  );

  function failed(error: unknown, header: RequestHeader, peer: Peer): Outcome {
    const fields = {
      apiKey: header.requestApiKey,
      apiVersion: header.requestApiVersion,
      client: peer.address,
      connection: peer.connectionId,
    };
    if (error instanceof ProtocolError) {
      logger.warn('connection closed: a request that cannot be read', { ...fields, reason: error.message });
    } else {
      logger.error('connection closed: a request failed', { ...fields, reason: stackOf(error) });
      if (error instanceof AssertionError) onBug(error);
    }
    return 'close';
  }

  return function dispatch(frame, peer, areOthersUnderWay) {
    const reader = new Reader(frame);
    let header: RequestHeader;
    try {
      header = decodeRequestHeader(reader);
    } catch (error) {
      logger.warn('connection closed: a request header that cannot be read', {
        client: peer.address,
        reason: error instanceof Error ? error.message : String(error),
      });
      return { outcome: 'close', isPipelined: false };
    }
    const api = apis.get(header.requestApiKey);
    if (areOthersUnderWay && api?.isPipelined !== true) return 'later';
    if (api === undefined || header.requestApiVersion < api.versionMin || header.requestApiVersion > api.versionMax) {
      return { outcome: refuse(header, peer), isPipelined: false };
    }
    counters.get(api.key)?.add();
    const info = { apiVersion: header.requestApiVersion, clientId: header.clientId, peer };
    try {
      const { isPipelined } = api;
      const served = api.serve(reader, info, header.correlationId);
      const onFailure = (error: unknown) => failed(error, header, peer);
      if (served instanceof Promise) return { outcome: served.catch(onFailure), isPipelined };
      if (typeof served === 'string' || !('effects' in served)) return { outcome: served, isPipelined };
      const { outcome, effects } = served;
      return { outcome: outcome.catch(onFailure), isPipelined, effects: effects.catch(() => {}) };
    } catch (error) {
      return { outcome: failed(error, header, peer), isPipelined: false };
    }
  };

  /** ApiVersions answers an unknown version in v0, so that a newer client can find out (KIP-511); all else is closed. */
  function refuse(header: RequestHeader, peer: Peer): Outcome {
    const api = apis.get(header.requestApiKey);
    if (api !== undefined && header.requestApiKey === API_VERSIONS_KEY) {
      return encodeResponse(apiVersionsResponseCodec, 0, header.correlationId, {
        errorCode: ErrorCode.UNSUPPORTED_VERSION,
        apiKeys: [{ apiKey: API_VERSIONS_KEY, minVersion: api.versionMin, maxVersion: api.versionMax }],
      });
    }
    logger.warn('connection closed: an API or version that is not served', {
      apiKey: header.requestApiKey,
      apiVersion: header.requestApiVersion,
      client: peer.address,
    });
    return 'close';
  }
}
