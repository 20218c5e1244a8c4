import type { HttpRequest } from '@sluice/kernel/http-server';
import type { AwsError } from '../aws-error.ts';
import type { ServiceContract } from '../contract.ts';

/** What a request asks for, as far as its head tells. */
export interface Route {
  readonly target: string;
  readonly operation: string;
}

/**
 * One of AWS' wire protocols. JSON and CBOR are here; Query, REST-JSON and RPC-v2 come with the services that speak them:
 * each finds its requests by the head and tells the operation in its own way.
 */
export interface Protocol {
  /** Whether the request is in this protocol. */
  recognises(contentType: string, request: HttpRequest): boolean;
  /** Which service, by its target prefix, and operation; `undefined` if the request does not say. */
  route(request: HttpRequest): Route | undefined;
  /** Fails with a `SerializationException`. */
  parse(body: Buffer): unknown;
  readonly contentType: string;
  /** A structure without members, as a stream's initial response is. */
  readonly emptyStructure: Buffer;
  codec(contract: ServiceContract): Codec;
  encodeError(error: AwsError): Buffer;
}

/** A protocol for the shapes of one service. */
export interface Codec {
  /** From what was parsed to what the operation takes. Fails with a `SerializationException`. */
  read(shapeName: string): (parsed: unknown) => unknown;
  write(shapeName: string): (value: unknown) => Buffer;
}
