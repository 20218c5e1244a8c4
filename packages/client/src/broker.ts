import { ErrorCode } from '@sluice/protocol/generated/errors';
import { apiVersionsRequestCodec } from '@sluice/protocol/generated/messages/api-versions-request';
import {
  type ApiVersionsResponse,
  apiVersionsResponseCodec,
} from '@sluice/protocol/generated/messages/api-versions-response';
import type { BrokerAddress } from './broker-address.ts';
import { ClientError } from './client-error.ts';
import { type ConnectionOptions, openConnection, type RequestConnection, type RequestKind } from './connection.ts';
import { KafkaError } from './kafka-error.ts';

const API_VERSIONS = { request: apiVersionsRequestCodec, response: apiVersionsResponseCodec };

/** From here on the request names the client's software. */
const CLIENT_NAME_FROM = 3;

export interface RequestOptions {
  /** Not newer than this, where the input fits no newer one. */
  readonly versionMax?: number;
  readonly timeoutMs?: number;
}

/** One broker, and the versions of each API that both sides have. */
export interface Broker {
  readonly address: string;
  readonly isOpen: boolean;
  /** What the broker said about itself: APIs with their versions, and features. */
  readonly apiVersions: ApiVersionsResponse;
  /** The newest version of a request that both sides know; undefined when there is none. */
  versionOf<RequestInput, Response>(kind: RequestKind<RequestInput, Response>, versionMax?: number): number | undefined;
  /** `build` is told the version that was agreed upon. Fails with `ClientError`. */
  request<RequestInput, Response>(
    kind: RequestKind<RequestInput, Response>,
    build: (version: number) => RequestInput,
    options?: RequestOptions,
  ): Promise<Response>;
  /** As `request`, for Produce with acks=0. */
  requestUnanswered<RequestInput, Response>(
    kind: RequestKind<RequestInput, Response>,
    build: (version: number) => RequestInput,
    options?: RequestOptions,
  ): Promise<void>;
  close(): void;
}

/** Dials a broker and asks for its versions. */
export async function openBroker(target: BrokerAddress, options: ConnectionOptions): Promise<Broker> {
  const connection = await openConnection(target, options);
  try {
    return negotiated(connection, await askVersions(connection));
  } catch (error) {
    connection.close();
    throw error;
  }
}

async function askVersions(connection: RequestConnection): Promise<ApiVersionsResponse> {
  const input = { clientSoftwareName: 'sluice', clientSoftwareVersion: '0' };
  // An unsupported version is answered in version 0's form, whatever was asked; the answer names the right one (KIP-511).
  const kind = { request: apiVersionsRequestCodec, response: fallbackCodec };
  const newest = await connection.send(kind, apiVersionsRequestCodec.versionMax, input);
  if (newest.errorCode === ErrorCode.NONE) return newest;
  if (newest.errorCode !== ErrorCode.UNSUPPORTED_VERSION) throw new KafkaError(newest.errorCode, null);
  const version = newest.apiKeys.find(({ apiKey }) => apiKey === apiVersionsRequestCodec.apiKey)?.maxVersion ?? 0;
  const answer = await connection.send(API_VERSIONS, version, version >= CLIENT_NAME_FROM ? input : {});
  if (answer.errorCode !== ErrorCode.NONE) throw new KafkaError(answer.errorCode, null);
  return answer;
}

/** Reads version 0's form where the error code says so. */
const fallbackCodec: typeof apiVersionsResponseCodec = {
  ...apiVersionsResponseCodec,
  decode(reader, version) {
    const isOldForm = reader.buffer.readInt16BE(reader.position) === ErrorCode.UNSUPPORTED_VERSION;
    return apiVersionsResponseCodec.decode(reader, isOldForm ? 0 : version);
  },
};

function negotiated(connection: RequestConnection, apiVersions: ApiVersionsResponse): Broker {
  const ranges = new Map(apiVersions.apiKeys.map((range) => [range.apiKey, range]));

  function versionOf({ request }: { request: RequestKind<never, unknown>['request'] }, versionMax = Infinity) {
    const range = ranges.get(request.apiKey ?? -1);
    if (range === undefined) return undefined;
    const version = Math.min(range.maxVersion, request.versionMax, versionMax);
    return version >= Math.max(range.minVersion, request.versionMin) ? version : undefined;
  }

  function agree(kind: { request: RequestKind<never, unknown>['request'] }, options: RequestOptions): number {
    const version = versionOf(kind, options.versionMax);
    if (version !== undefined) return version;
    const api = kind.request.name.replace(/Request$/, '');
    throw new ClientError('unsupported', connection.address, `${connection.address} does not serve ${api}`);
  }

  return {
    address: connection.address,
    get isOpen() {
      return connection.isOpen;
    },
    apiVersions,
    versionOf,
    async request(kind, build, options = {}) {
      const version = agree(kind, options);
      return await connection.send(kind, version, build(version), options.timeoutMs);
    },
    async requestUnanswered(kind, build, options = {}) {
      const version = agree(kind, options);
      await connection.sendUnanswered(kind.request, version, build(version));
    },
    close: () => connection.close(),
  };
}
