import type { TimestampMs } from '@sluice/kernel/ids';
import { expiredNextToken, invalidArgument } from '../errors.ts';
import type { Seal } from './seal.ts';

const LIFETIME_MS = 5 * 60 * 1000;
const KIND = 2;

/** Seals what a next page needs to know: of which operation it is, and anything that JSON can say. */
export function sealPage(seal: Seal, operation: string, page: unknown, now: TimestampMs): Promise<string> {
  return seal.seal(Buffer.concat([Buffer.from([KIND]), Buffer.from(JSON.stringify({ operation, page, now }))]));
}

/** Fails for what no door has made for this operation, and for what is older than five minutes. */
export async function openPage(seal: Seal, operation: string, token: string, now: TimestampMs): Promise<unknown> {
  const content = await seal.open(token);
  if (content === undefined || content[0] !== KIND) throw invalidArgument('NextToken is invalid.');
  const read = JSON.parse(content.toString('utf8', 1)) as { operation: string; page: unknown; now: TimestampMs };
  if (read.operation !== operation) throw invalidArgument('NextToken is invalid.');
  if (now - read.now > LIFETIME_MS) throw expiredNextToken();
  return read.page;
}
