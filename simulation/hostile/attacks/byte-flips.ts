import { setImmediate } from 'node:timers/promises';
import { type Attack, pick } from '../attack.ts';
import { sendAndProbe, sendRequest } from '../blow.ts';
import { frameOf, withSize } from '../corpus.ts';
import { API_KEYS_THAT_MAY_WAIT } from '../may-wait.ts';
import { openRaw } from '../raw-connection.ts';

const FLIPS_MAX = 4;

/** F23: recorded requests with some bits flipped, or cut short within a frame of the right size. */
export const byteFlips: Attack = {
  name: 'byte-flips',
  fault: 'F23',
  weight: 10,
  strike(field, random) {
    const recorded = pick(random, field.corpus.requests);
    const body = Buffer.from(
      recorded.body.subarray(0, random.chance(0.3) ? random.below(recorded.body.length + 1) : undefined),
    );
    for (let flips = random.below(FLIPS_MAX); flips >= 0 && body.length > 0; flips--) {
      const at = random.below(body.length);
      body.writeUInt8(body.readUInt8(at) ^ (1 << random.below(8)), at);
    }
    return sendRequest(field, { ...recorded, body });
  },
};

/** F23: random bytes as a request, with an API key and a version that exist or not. */
export const randomBodies: Attack = {
  name: 'random-bodies',
  fault: 'F23',
  weight: 4,
  strike(field, random) {
    const content = random.bytes(8 + random.below(200));
    if (random.chance(0.8)) {
      content.writeInt16BE(random.below(100), 0);
      content.writeInt16BE(random.below(16), 2);
    }
    const apiKey = content.readInt16BE(0);
    return sendAndProbe(field, [withSize(content)], `API ${apiKey}`, API_KEYS_THAT_MAY_WAIT.has(apiKey));
  },
};

/** F23: a version that the API does not have. ApiVersions alone is answered; the rest may be closed. */
export const unknownVersions: Attack = {
  name: 'unknown-versions',
  fault: 'F23',
  weight: 2,
  strike(field, random) {
    const recorded = pick(random, field.corpus.requests);
    const content = Buffer.from(frameOf(recorded, 1));
    content.writeInt16BE(pick(random, [-1, 99, 32767, -32768]), 6);
    return sendAndProbe(field, [content], 'a version that is not there');
  },
};

/** F23: a client that leaves in the middle of a frame. */
export const abandonedFrames: Attack = {
  name: 'abandoned-frames',
  fault: 'F23',
  weight: 2,
  async strike(field, random) {
    const frame = frameOf(pick(random, field.corpus.requests), 1);
    const connection = await openRaw(field.target);
    connection.send(frame.subarray(0, 1 + random.below(frame.length - 1)));
    await setImmediate();
    connection.destroy();
    return { outcome: 'closed' };
  },
};
