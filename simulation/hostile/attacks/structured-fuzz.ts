import { API_CODECS } from '@sluice/protocol/generated/codecs';
import type { AnyMessageCodec } from '@sluice/protocol/message-codec';
import { Reader } from '@sluice/protocol/reader';
import { Writer } from '@sluice/protocol/writer';
import { type Attack, pick } from '../attack.ts';
import { sendRequest } from '../blow.ts';
import { mutateOneField, nameTopic } from '../mutate-value.ts';

/** Not every mutation fits its field: a null where the version has none, a number too wide. */
const TRIES_MAX = 20;

/**
 * F23: every API and version, from messages as Kafka writes them, with one field changed to an edge of its type. Half of
 * them name a topic that exists.
 */
export const structuredFuzz: Attack = {
  name: 'structured-fuzz',
  fault: 'F23',
  weight: 20,
  async strike(field, random) {
    const recorded = pick(random, field.corpus.requests);
    const codec = await API_CODECS[recorded.apiKey]?.request();
    if (codec === undefined) throw new Error(`no codec for API ${recorded.apiKey}`);
    const namesTopic = random.chance(0.5);
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const message = codec.decode(new Reader(recorded.body), recorded.version);
      if (namesTopic) nameTopic(message, field.fodder);
      if (!mutateOneField(message, random)) break;
      const body = encoded(codec, message, recorded.version);
      if (body === undefined) continue;
      return sendRequest(field, { ...recorded, body });
    }
    return sendRequest(field, recorded);
  },
};

function encoded(codec: AnyMessageCodec, message: unknown, version: number): Buffer | undefined {
  const writer = new Writer();
  try {
    codec.encode(writer, message, version);
    return Buffer.concat(writer.finish());
  } catch {
    // The value is none that this field can hold.
    return undefined;
  }
}
