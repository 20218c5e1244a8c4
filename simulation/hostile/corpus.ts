import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { APIS } from '@sluice/protocol/generated/apis';
import { encodeRequestHeader } from '@sluice/protocol/headers';
import { Writer } from '@sluice/protocol/writer';

/** A request as Kafka's own classes wrote it. */
export interface RecordedRequest {
  readonly apiKey: number;
  readonly version: number;
  readonly body: Buffer;
}

export interface Corpus {
  readonly requests: readonly RecordedRequest[];
}

/**
 * What no blow may carry: with a lucky value it takes the broker out of its cluster, changes its quorum or its
 * features, as an operator could.
 */
const DESTRUCTIVE_APIS = new Set([
  'UnregisterBroker',
  'UpdateFeatures',
  'AddRaftVoter',
  'RemoveRaftVoter',
  'UpdateRaftVoter',
]);

export function loadCorpus(): Corpus {
  const keyByName = new Map<string, number>();
  for (const api of APIS.values()) if (!DESTRUCTIVE_APIS.has(api.name)) keyByName.set(`${api.name}Request`, api.key);
  const file = new URL('../../packages/protocol/vectors/messages.jsonl.gz', import.meta.url);
  const requests: RecordedRequest[] = [];
  for (const line of gunzipSync(readFileSync(file)).toString().trim().split('\n')) {
    const vector: { message: string; version: number; hex: string } = JSON.parse(line);
    const apiKey = keyByName.get(vector.message);
    if (apiKey === undefined) continue;
    requests.push({ apiKey, version: vector.version, body: Buffer.from(vector.hex, 'hex') });
  }
  return { requests };
}

/** The request's frame, its size included. */
export function frameOf(request: RecordedRequest, correlationId: number): Buffer {
  const writer = new Writer();
  const { apiKey, version } = request;
  encodeRequestHeader(writer, {
    requestApiKey: apiKey,
    requestApiVersion: version,
    correlationId,
    clientId: 'hostile',
  });
  return withSize(Buffer.concat([...writer.finish(), request.body]));
}

export function withSize(content: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(4 + content.length);
  frame.writeInt32BE(content.length, 0);
  content.copy(frame, 4);
  return frame;
}
