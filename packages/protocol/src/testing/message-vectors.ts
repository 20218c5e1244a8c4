import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

export interface MessageVector {
  readonly message: string;
  readonly version: number;
  readonly json: Record<string, unknown>;
  readonly hex: string;
}

/** Messages encoded by Kafka 4.3.1's own classes: four for each version of each message. */
export function loadMessageVectors(): MessageVector[] {
  const lines = gunzipSync(readFileSync(new URL('../../vectors/messages.jsonl.gz', import.meta.url))).toString();
  return lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}
