import type { Clock } from '@sluice/kernel/clock';
import type { HttpHandler, HttpRequest, HttpResponse } from '@sluice/kernel/http-server';
import type { Logger } from '@sluice/kernel/logger';
import type { Random } from '@sluice/kernel/random';
import { createAuthenticate } from './auth/authenticate.ts';
import type { AccessKeys } from './auth/credentials.ts';
import { AwsError } from './aws-error.ts';
import { awsPartitionOf } from './aws-partition.ts';
import { corsHeaders, preflight } from './cors.ts';
import { createEndpoint, type Endpoint, type OperationEndpoint } from './endpoint.ts';
import { EVENT_STREAM_CONTENT_TYPE, encodeEvents } from './event-stream/encode-events.ts';
import type { OperationContext } from './operation.ts';
import { cborProtocol } from './protocols/cbor.ts';
import { jsonProtocol } from './protocols/json.ts';
import type { Protocol } from './protocols/protocol.ts';
import { createRequestIds, type RequestIds } from './request-ids.ts';
import type { Service } from './service.ts';
import { unrecognised } from './unrecognised.ts';
import { serializationError } from './values/serialization-error.ts';

/** Query, REST-JSON and RPC-v2 join here with the services that speak them. */
const PROTOCOLS: readonly Protocol[] = [jsonProtocol, cborProtocol];

export interface FrontDependencies {
  readonly services: readonly Service[];
  /** Any key is accepted where there are none. */
  readonly keys?: AccessKeys | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/**
 * The one front of all AWS services: finds protocol, service and operation, authenticates, validates, runs, answers. The
 * order of the checks is Kinesis' own.
 */
export function createFront({ services, keys, clock, random, logger }: FrontDependencies): HttpHandler {
  const authenticate = createAuthenticate(keys);
  const nextIds = createRequestIds(random);
  const endpoints = new Map<Protocol, ReadonlyMap<string, Endpoint>>();
  for (const protocol of PROTOCOLS) {
    const byTarget = services.map(
      (service) => [service.contract.targetPrefix, createEndpoint(service, protocol)] as const,
    );
    endpoints.set(protocol, new Map(byTarget));
  }

  async function answer(request: HttpRequest, protocol: Protocol, ids: RequestIds): Promise<HttpResponse> {
    const now = clock.now();
    const parsed = request.body.length === 0 ? undefined : protocol.parse(request.body);
    if (parsed !== undefined && (typeof parsed !== 'object' || parsed === null)) throw serializationError();
    const route = protocol.route(request);
    const endpoint = route === undefined ? undefined : endpoints.get(protocol)?.get(route.target);
    const operation = route === undefined ? undefined : endpoint?.operation(route.operation);
    if (endpoint === undefined || operation === undefined) throw unknownOperation();
    if (parsed === undefined) throw serializationError();
    const { accountId, region } = authenticate(request, endpoint.contract.signingName, now);
    const input = operation.read(parsed);
    operation.validate(input);
    const context: OperationContext = {
      accountId,
      region,
      awsPartition: awsPartitionOf(region),
      requestId: ids.requestId,
      now,
      get signal() {
        return request.signal;
      },
    };
    const explain = (error: unknown): AwsError => internalFailure(error, operation.faultType, ids, logger);
    const output = await runOrExplain(operation, input, context, explain);
    if (operation.events === undefined) return ok(operation.write(output), protocol.contentType, ids);
    const body = encodeEvents(operation.events.of(output), { ...operation.events.encoding, explain });
    return { status: 200, headers: { 'content-type': EVENT_STREAM_CONTENT_TYPE, ...headersOf(ids) }, body };
  }

  return async (request) => {
    const ids = nextIds();
    const origin = request.headers.origin;
    if (request.method === 'OPTIONS' && origin !== undefined) return preflight(request, ids.requestId);
    const contentType = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim() ?? '';
    const protocol = PROTOCOLS.find((candidate) => candidate.recognises(contentType, request));
    let response: HttpResponse;
    if (request.method !== 'POST' || protocol === undefined) {
      response = unrecognised(request, headersOf(ids));
    } else {
      try {
        response = await answer(request, protocol, ids);
      } catch (error) {
        const told = error instanceof AwsError ? error : internalFailure(error, FAULT_TYPE, ids, logger);
        response = refusal(told, statusOf(told, services), protocol, ids);
      }
    }
    return origin === undefined ? response : { ...response, headers: { ...response.headers, ...corsHeaders() } };
  };
}

function ok(body: Buffer, contentType: string, ids: RequestIds): HttpResponse {
  const headers = { 'content-type': contentType, 'content-length': String(body.length), ...headersOf(ids) };
  return { status: 200, headers, body };
}

function refusal(error: AwsError, status: number, protocol: Protocol, ids: RequestIds): HttpResponse {
  const body = protocol.encodeError(error);
  const headers = {
    'content-type': protocol.contentType,
    'content-length': String(body.length),
    'x-amzn-errortype': error.type,
    ...headersOf(ids),
  };
  return { status, headers, body };
}

function headersOf({ requestId, extendedId }: RequestIds): Readonly<Record<string, string>> {
  return { 'x-amzn-requestid': requestId, 'x-amz-id-2': extendedId };
}

/** A client's mistakes are told as they are; whatever else fails is the door's own. */
async function runOrExplain(
  { run }: OperationEndpoint,
  input: unknown,
  context: OperationContext,
  explain: (error: unknown) => AwsError,
): Promise<unknown> {
  try {
    return await run(input, context);
  } catch (error) {
    throw error instanceof AwsError ? error : explain(error);
  }
}

const STATUS_OF_MISTAKES = 400;
/** Of what fails before the operation is known. */
const FAULT_TYPE = 'InternalFailure';

function statusOf(error: AwsError, services: readonly Service[]): number {
  if (error.status !== undefined) return error.status;
  for (const { contract } of services) {
    const shape = contract.shapes[error.type];
    if (shape?.type === 'structure' && shape.status !== undefined) return shape.status;
  }
  return STATUS_OF_MISTAKES;
}

function unknownOperation(): AwsError {
  return new AwsError('UnknownOperationException', '', { status: 400 });
}

/** A bug, or a cluster that is gone: the client learns that it is not to blame, the log learns why. */
function internalFailure(error: unknown, type: string, { requestId }: RequestIds, logger: Logger): AwsError {
  logger.error('an AWS request failed', { requestId, error: error instanceof Error ? error.stack : String(error) });
  return new AwsError(type, '', { status: 500 });
}
