import type { ApiSpec } from './api-spec.ts';
import { APIS, ApiKey } from './generated/apis.ts';
import { type RequestHeader, requestHeaderCodec } from './generated/messages/request-header.ts';
import { responseHeaderCodec } from './generated/messages/response-header.ts';
import type { Reader } from './reader.ts';
import type { Writer } from './writer.ts';

export type { RequestHeader };

/**
 * 2 for flexible versions, else 1. It is defined for versions that the API does not have, too, so that they can be
 * answered with an error. (Version 0, without a client id, went with ControlledShutdown in Kafka 4.)
 */
export function requestHeaderVersion(api: ApiSpec, apiVersion: number): number {
  return apiVersion >= api.requestFlexibleFrom ? 2 : 1;
}

/** 1 for flexible versions, else 0. */
export function responseHeaderVersion(api: ApiSpec, apiVersion: number): number {
  // KIP-511: a client that sent a version that the broker lacks must still be able to read the answer.
  if (api.key === ApiKey.API_VERSIONS) return 0;
  return apiVersion >= api.responseFlexibleFrom ? 1 : 0;
}

/** Leaves the reader at the request's body. @throws ProtocolError, also when there is no such API */
export function decodeRequestHeader(reader: Reader): RequestHeader {
  const start = reader.position;
  const apiKey = reader.int16('requestApiKey');
  const apiVersion = reader.int16('requestApiVersion');
  const api = APIS.get(apiKey);
  if (api === undefined) throw reader.error('requestApiKey', `there is no API ${apiKey}`);
  reader.position = start;
  return requestHeaderCodec.decode(reader, requestHeaderVersion(api, apiVersion));
}

/** Leaves the reader at the response's body and returns the correlation id. @throws ProtocolError */
export function decodeResponseHeader(reader: Reader, apiKey: number, apiVersion: number): number {
  return responseHeaderCodec.decode(reader, responseHeaderVersion(apiOf(apiKey), apiVersion)).correlationId;
}

export function encodeRequestHeader(writer: Writer, header: RequestHeader): void {
  const version = requestHeaderVersion(apiOf(header.requestApiKey), header.requestApiVersion);
  requestHeaderCodec.encode(writer, header, version);
}

export function encodeResponseHeader(writer: Writer, apiKey: number, apiVersion: number, correlationId: number): void {
  responseHeaderCodec.encode(writer, { correlationId }, responseHeaderVersion(apiOf(apiKey), apiVersion));
}

function apiOf(apiKey: number): ApiSpec {
  const api = APIS.get(apiKey);
  if (api === undefined) throw new RangeError(`there is no API ${apiKey}`);
  return api;
}
