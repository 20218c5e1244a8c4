import type { Connection, Network } from '@sluice/kernel/network';
import { encodeResponse, openRequest } from '@sluice/protocol/frames';
import { APIS, ApiKey } from '@sluice/protocol/generated/apis';
import { API_CODECS } from '@sluice/protocol/generated/codecs';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { AnyMessageCodec } from '@sluice/protocol/message-codec';
import { createFrameAssembler } from '../frame-assembler.ts';

/** A request as the script sees it. */
export interface ScriptedRequest {
  readonly api: string;
  readonly version: number;
  readonly body: unknown;
}

/** Answers a request; undefined says nothing, 'close' ends the connection. */
export type Script = (request: ScriptedRequest) => object | 'close' | undefined;

export interface ScriptedBroker {
  readonly requests: readonly ScriptedRequest[];
  readonly connectionCount: number;
  /** Ends all connections, as a broker that stops. */
  dropConnections(): void;
}

/** Answers for ApiVersions: everything that the protocol has. */
export const ALL_API_VERSIONS = {
  errorCode: 0,
  apiKeys: [...APIS.values()].map(({ key, oldest, latest }) => ({
    apiKey: key,
    minVersion: oldest,
    maxVersion: latest,
  })),
};

/** What a client of partitions and groups asks. */
const SERVED_KEYS = [
  ApiKey.PRODUCE,
  ApiKey.FETCH,
  ApiKey.LIST_OFFSETS,
  ApiKey.METADATA,
  ApiKey.API_VERSIONS,
  ApiKey.INIT_PRODUCER_ID,
  ApiKey.FIND_COORDINATOR,
  ApiKey.LIST_GROUPS,
  ApiKey.DESCRIBE_GROUPS,
  ApiKey.CONSUMER_GROUP_DESCRIBE,
  ApiKey.OFFSET_COMMIT,
  ApiKey.OFFSET_FETCH,
  ApiKey.OFFSET_DELETE,
  ApiKey.DELETE_GROUPS,
  ApiKey.SHARE_GROUP_DESCRIBE,
  ApiKey.DESCRIBE_SHARE_GROUP_OFFSETS,
  ApiKey.ALTER_SHARE_GROUP_OFFSETS,
  ApiKey.DELETE_SHARE_GROUP_OFFSETS,
  ApiKey.SHARE_GROUP_HEARTBEAT,
  ApiKey.SHARE_FETCH,
  ApiKey.SHARE_ACKNOWLEDGE,
];

/** KIP-511: a refused ApiVersions is answered in version 0's form. */
function answerVersion({ api, version }: ScriptedRequest, answer: object): number {
  const isRefused = 'errorCode' in answer && answer.errorCode === ErrorCode.UNSUPPORTED_VERSION;
  return api === 'ApiVersions' && isRefused ? 0 : version;
}

/** A broker that says what the test tells it, over any network. */
export async function startScriptedBroker(network: Network, port: number, script: Script): Promise<ScriptedBroker> {
  const requests: ScriptedRequest[] = [];
  const connections = new Set<Connection>();

  const codecsOf = new Map<number, { request: AnyMessageCodec; response: AnyMessageCodec }>();
  for (const key of SERVED_KEYS) {
    const codecs = API_CODECS[key];
    if (codecs !== undefined) {
      codecsOf.set(key, { request: await codecs.request(), response: await codecs.response() });
    }
  }

  function serve(frame: Buffer, connection: Connection): void {
    const { header, reader } = openRequest(frame);
    const codecs = codecsOf.get(header.requestApiKey);
    if (codecs === undefined) throw new Error(`no API ${header.requestApiKey}`);
    const version = header.requestApiVersion;
    const request = {
      api: codecs.request.name.replace(/Request$/, ''),
      version,
      body: codecs.request.decode(reader, version),
    };
    requests.push(request);
    const answer = script(request) ?? (request.api === 'ApiVersions' ? ALL_API_VERSIONS : undefined);
    if (answer === 'close') connection.end();
    else if (answer !== undefined) {
      connection.write(encodeResponse(codecs.response, answerVersion(request, answer), header.correlationId, answer));
    }
  }

  await network.listen('127.0.0.1', port, (connection) => {
    connections.add(connection);
    const assembler = createFrameAssembler();
    return {
      onData(chunk) {
        for (const frame of assembler.push(chunk) ?? []) serve(frame, connection);
      },
      onDrain() {},
      onClose: () => void connections.delete(connection),
    };
  });

  return {
    requests,
    get connectionCount() {
      return connections.size;
    },
    dropConnections() {
      for (const connection of connections) connection.destroy();
    },
  };
}
