import { encodeResponse } from '@sluice/protocol/frames';
import { APIS } from '@sluice/protocol/generated/apis';
import type { MessageCodec } from '@sluice/protocol/message-codec';
import type { Reader } from '@sluice/protocol/reader';
import type { RequestInfo } from './request.ts';

/**
 * What becomes of a request: buffers to send, nothing to send (Produce with acks=0), or the end of the connection
 * (Kafka's answer to what it cannot answer).
 */
export type Outcome = readonly Buffer[] | SentOutcome | 'none' | 'close';

/** Buffers that somebody wants to hear of when they have left; if the connection ends before, nobody is told. */
export interface SentOutcome {
  readonly buffers: readonly Buffer[];
  onSent(): void;
}

/** One API of the broker, its types erased: what the registry holds. */
export interface Api {
  readonly key: number;
  readonly name: string;
  readonly versionMin: number;
  readonly versionMax: number;
  /** Where ApiVersions shows another minimum than the one that is served. */
  readonly advertisedVersionMin: number;
  /** Whether ApiVersions lists it. */
  readonly isAdvertised: boolean;
  readonly isPipelined: boolean;
  serve(reader: Reader, info: RequestInfo, correlationId: number): Outcome | Promise<Outcome> | UnsettledOutcome;
}

export interface ApiDefinition<Request, ResponseInput> {
  readonly request: MessageCodec<Request, never>;
  readonly response: MessageCodec<unknown, ResponseInput>;
  /** Default: the request codec's. */
  readonly versionMin?: number;
  /** Default: the latest that Kafka calls stable. */
  readonly versionMax?: number;
  readonly advertisedVersionMin?: number;
  /** False for what is answered, but only to say that it is not to be had. Default: true. */
  readonly isAdvertised?: boolean;
  /** The connection's next request may begin before this one has ended: only where the order of effects is settled at once. */
  readonly isPipelined?: boolean;
  handle(
    request: Request,
    info: RequestInfo,
  ): Reply<ResponseInput> | Promise<Reply<ResponseInput>> | Unsettled<ResponseInput>;
}

/** A response, and what to do once it has left. */
export class Answer<ResponseInput> {
  readonly response: ResponseInput;
  readonly onSent: () => void;
  constructor(response: ResponseInput, onSent: () => void) {
    this.response = response;
    this.onSent = onSent;
  }
}

/** A pipelined request that takes effect only later: until then no other of its connection begins. */
export class Unsettled<ResponseInput> {
  readonly effects: Promise<void>;
  readonly reply: Promise<Reply<ResponseInput>>;
  constructor(effects: Promise<void>, reply: Promise<Reply<ResponseInput>>) {
    this.effects = effects;
    this.reply = reply;
  }
}

export interface UnsettledOutcome {
  readonly effects: Promise<void>;
  readonly outcome: Promise<Outcome>;
}

export type Reply<ResponseInput> = ResponseInput | Answer<ResponseInput> | typeof NO_RESPONSE | typeof CLOSE_CONNECTION;
export const NO_RESPONSE = Symbol('no response');
export const CLOSE_CONNECTION = Symbol('close connection');

/** Ties a handler to its codecs. */
export function defineApi<Request, ResponseInput>(definition: ApiDefinition<Request, ResponseInput>): Api {
  const { request, response, handle } = definition;
  const key = request.apiKey;
  if (key === undefined) throw new Error(`${request.name} is no request`);
  const versionMin = definition.versionMin ?? request.versionMin;

  function encode(reply: Reply<ResponseInput>, version: number, correlationId: number): Outcome {
    if (reply === NO_RESPONSE) return 'none';
    if (reply === CLOSE_CONNECTION) return 'close';
    if (reply instanceof Answer) {
      return { buffers: encodeResponse(response, version, correlationId, reply.response), onSent: reply.onSent };
    }
    return encodeResponse(response, version, correlationId, reply as ResponseInput);
  }

  return {
    key,
    name: request.name.replace(/Request$/, ''),
    versionMin,
    versionMax: definition.versionMax ?? APIS.get(key)?.latestStable ?? request.versionMax,
    advertisedVersionMin: definition.advertisedVersionMin ?? versionMin,
    isAdvertised: definition.isAdvertised ?? true,
    isPipelined: definition.isPipelined ?? false,
    serve(reader, info, correlationId) {
      const version = info.apiVersion;
      const encodeLater = (settled: Reply<ResponseInput>) => encode(settled, version, correlationId);
      const reply = handle(request.decode(reader, version), info);
      if (reply instanceof Promise) return reply.then(encodeLater);
      if (!(reply instanceof Unsettled)) return encodeLater(reply);
      return { effects: reply.effects, outcome: reply.reply.then(encodeLater) };
    },
  };
}
